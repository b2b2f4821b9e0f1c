import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArgumentInvalidError } from '@tenantry/core';
import type { TenantMigration } from './tenant-migration.js';

/**
 * Reads the `.sql` files of a folder as migrations, in the order of their names (by code unit: number them `0001-…`, `0002-…`).
 *
 * @param folder its other files and its folders are left alone
 * @returns each file's name with its text
 * @throws `MT_ARGUMENT_INVALID` when there is no such file: an empty list would say that every tenant is up to date
 */
export async function readSqlMigrations(folder: string): Promise<TenantMigration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.sql')).map(({ name }) => name);
  if (names.length === 0) throw new ArgumentInvalidError('folder', folder, 'a folder with .sql files');
  return Promise.all(names.sort().map(async (name) => ({ name, up: await readFile(join(folder, name), 'utf8') })));
}
