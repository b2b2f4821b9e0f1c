import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IN_MEMORY } from '../database/embedded-database.js';
import type { Settings } from '../settings/settings.js';
import { CredentialsUnreadableError } from './credentials-cipher.js';
import type { CredentialsKeys } from './credentials-cipher.js';

const KEY_BYTES = 32;

type KeySettings = Pick<Settings, 'credentialsKeys' | 'dataDir' | 'vault'>;

/**
 * The keys of the settings; without any, one in the file `credentials.key` of `dataDir`, which is made at the first time. A file that is
 * there decrypts also beside keys of the settings. With Vault, or a `dataDir` that keeps nothing, there is no file.
 */
export async function credentialsKeys({
  credentialsKeys: given,
  dataDir,
  vault,
}: KeySettings): Promise<CredentialsKeys> {
  const keys = given.map((key) => Buffer.from(key, 'base64'));
  if (dataDir === IN_MEMORY || vault !== undefined) return keys.length > 0 ? keys : [randomBytes(KEY_BYTES)];
  const path = join(dataDir, 'credentials.key');
  if (keys.length === 0) await makeFile(dataDir, path);
  const kept = await readFile(path, 'utf8').catch((error: unknown) => {
    if (Reflect.get(Object(error), 'code') === 'ENOENT') return undefined;
    throw new CredentialsUnreadableError(`The file ${JSON.stringify(path)} cannot be read.`);
  });
  return kept === undefined ? keys : [...keys, keyOf(path, kept)];
}

/** For the user of this process alone. One that is there stays. */
async function makeFile(folder: string, path: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const key = randomBytes(KEY_BYTES).toString('base64');
  await writeFile(path, `${key}\n`, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    if (Reflect.get(Object(error), 'code') !== 'EEXIST') throw error;
  });
}

function keyOf(path: string, text: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.byteLength === KEY_BYTES) return key;
  throw new CredentialsUnreadableError(`The file ${JSON.stringify(path)} does not hold a key. Restore it.`);
}
