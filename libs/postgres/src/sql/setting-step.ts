import type { TransactionSettings } from './sql-database.js';

/** A statement and the values of its parameters. */
interface SettingStep {
  readonly text: string;
  readonly values: readonly string[];
}

/** By number of settings. Nearly every call makes one or two. */
const TEXTS = [1, 2].map(textFor);

/**
 * The statement that makes settings for the transaction that is open, with all of them as parameters.
 *
 * @param settings at least one
 * @internal
 */
export function settingStep(settings: TransactionSettings): SettingStep {
  const values: string[] = [];
  for (const [name, value] of Object.entries(settings)) values.push(name, value);
  const count = values.length / 2;
  return { text: TEXTS[count - 1] ?? textFor(count), values };
}

function textFor(count: number): string {
  const calls = Array.from({ length: count }, (_, at) => `pg_catalog.set_config($${2 * at + 1}, $${2 * at + 2}, true)`);
  return `select ${calls.join(', ')}`;
}
