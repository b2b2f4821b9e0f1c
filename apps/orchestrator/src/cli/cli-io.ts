import type { Environment } from '../settings/read-settings.js';

/** What the command line works with; the process's own, or a test's. */
export interface CliIo {
  readonly env: Environment;
  /** Results go here, line by line. */
  readonly out: (text: string) => void;
  /** Progress and what went wrong go here. */
  readonly err: (text: string) => void;
}

/** Exit codes of the command line. */
export const EXIT = {
  done: 0,
  /** Something was refused or broke; what it was is on standard error. */
  failed: 1,
  /** The command was not understood. */
  usage: 2,
  /** `doctor` has found something. */
  findings: 3,
} as const;
