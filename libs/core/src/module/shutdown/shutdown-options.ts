import { numberOption, objectOption } from '../../kernel/option-checks.js';

/** How long the application may take to shut down. */
export interface ShutdownOptions {
  /**
   * Milliseconds from the start of the shutdown until every connection that is still open is closed, the signals of all scopes
   * fire, and clients that are still leased are disposed; 0 to 3,600,000. Default 15,000. Disposers have their
   * `disposeTimeoutMs` after that, and the limit of the platform that ends the process should be longer than both together.
   */
  readonly deadlineMs?: number;
  /**
   * Milliseconds from the start of the shutdown until connections are closed whose request has not arrived completely;
   * 0 to `deadlineMs`. Default 5,000, or `deadlineMs` where that is less.
   */
  readonly incompleteRequestsMs?: number;
}

/** The options, complete and checked. */
export type ResolvedShutdown = Required<ShutdownOptions>;

const DEADLINE_MS = 15_000;
const INCOMPLETE_REQUESTS_MS = 5_000;
const LONGEST_MS = 3_600_000;

/** Fills in the defaults. @throws `MT_OPTIONS_INVALID` */
export function resolveShutdown(options: ShutdownOptions = {}): ResolvedShutdown {
  const { deadlineMs: given = DEADLINE_MS } = objectOption('shutdown', options);
  const deadlineMs = checkedMs('shutdown.deadlineMs', given, LONGEST_MS);
  const incompleteRequestsMs = options.incompleteRequestsMs ?? Math.min(INCOMPLETE_REQUESTS_MS, deadlineMs);
  return Object.freeze({
    deadlineMs,
    incompleteRequestsMs: checkedMs('shutdown.incompleteRequestsMs', incompleteRequestsMs, deadlineMs),
  });
}

function checkedMs(option: string, value: number, max: number): number {
  return numberOption(option, value, { min: 0, max, unit: 'milliseconds' });
}
