import type { BatchStep } from './pg-batch.js';
import type { TransactionSettings } from './sql-database.js';

/**
 * The statement that makes settings for the transaction that is open, with all of them as parameters.
 *
 * @param settings at least one
 * @internal
 */
export function settingStep(settings: TransactionSettings): BatchStep & { readonly values: readonly string[] } {
  const pairs = Object.entries(settings);
  const calls = pairs.map((_, at) => `pg_catalog.set_config($${2 * at + 1}, $${2 * at + 2}, true)`);
  return { text: `select ${calls.join(', ')}`, values: pairs.flat() };
}
