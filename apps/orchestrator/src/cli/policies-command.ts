import type { Command } from 'commander';
import { MultitenancyError } from '@tenantry/core';
import { tenantPoliciesSql } from '@tenantry/postgres';
import type { SqlDatabase, TenantPoliciesOptions } from '@tenantry/postgres';
import { DatabaseStartError } from '../database/database-start.error.js';
import { openApplicationDatabase } from '../database/open-application-database.js';
import { connect } from '../database/server-database.js';
import { readSettings } from '../settings/read-settings.js';
import type { CliIo } from './cli-io.js';

/** Options of `policies`, as they were typed. */
interface PoliciesOptions {
  readonly schema?: string;
  readonly except?: string[];
  readonly existingRows?: string;
}

/** Adds `policies`, which prints the SQL that brings tables under row-level security. It changes nothing. */
export function addPolicies(program: Command, io: CliIo): void {
  program
    .command('policies [tables...]')
    .description('print the SQL that makes tables the tenants’ own: column, keys and policies; nothing is changed')
    .option('--schema <schema>', 'every table of a schema (default: public, where no table is named)')
    .option('--except <tables...>', 'tables of the schema that are no tenant’s')
    .option('--existing-rows <tenant>', 'the tenant that gets the rows which have none')
    .action((tables: string[], options: PoliciesOptions) => printPolicies(tables, options, io));
}

async function printPolicies(tables: readonly string[], typed: PoliciesOptions, { env, out }: CliIo): Promise<void> {
  const choice = choiceOf(tables, typed);
  const { existingRows } = typed;
  const database = await open(env);
  try {
    out((await tenantPoliciesSql(database, { ...choice, ...(existingRows && { existingRows }) })).trimEnd());
  } catch (error) {
    throw error instanceof MultitenancyError ? error : inspectionFailed(error);
  } finally {
    await database.close();
  }
}

function choiceOf(tables: readonly string[], { schema, except = [] }: PoliciesOptions): TenantPoliciesOptions {
  if (tables.length === 0) return { schema: schema ?? 'public', except };
  if (schema === undefined && except.length === 0) return { tables };
  throw new Error('Name tables, or a schema with --schema and --except: not both.');
}

/** As the owner where there is one: who is bound by row-level security does not see which rows lack a tenant. */
async function open(env: CliIo['env']): Promise<SqlDatabase> {
  const url = env['DATABASE_URL'] && (env['ADMIN_DATABASE_URL'] || env['DATABASE_URL']);
  if (url) return connect(url, 1);
  return (await openApplicationDatabase(readSettings({ ...env, SEED_DEMO: 'true' }))).database;
}

function inspectionFailed(cause: unknown): DatabaseStartError {
  const { message, code } = Object(cause) as { message?: unknown; code?: unknown };
  const reason = [message, code].filter((part) => typeof part === 'string' && part !== '').join(', ');
  return new DatabaseStartError(`The database cannot be asked: ${reason}.`, cause);
}
