import { MultitenancyError } from '@tenantry/core';
import { DatabaseStartError } from './database/database-start.error.js';
import { SettingsError } from './settings/settings.error.js';

/**
 * Reports to the operator why the application did not start, and makes the process end with status 1. Errors that were made
 * to be read show their message alone; anything else shows its stack.
 */
export function reportStartFailure(error: unknown): void {
  process.exitCode = 1;
  process.stderr.write(`${describe(error)}\n`);
}

function describe(error: unknown): string {
  const readable = [SettingsError, DatabaseStartError, MultitenancyError].some((type) => error instanceof type);
  if (error instanceof Error) return readable ? error.message : (error.stack ?? error.message);
  return String(error);
}
