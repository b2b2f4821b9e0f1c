import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';

const SERVER_CORE = '0';
const LOAD_CORE = '1';

/**
 * Keeps the load generator, which is this process, off the servers' core where the machine allows it.
 *
 * @returns whether it could, and the same in words for the reader of the figures
 */
export function takeLoadCore() {
  if (availableParallelism() < 2) return { separated: false, words: 'servers and load on one core' };
  try {
    execFileSync('taskset', ['--cpu-list', '--pid', LOAD_CORE, String(process.pid)], { stdio: 'ignore' });
    return { separated: true, words: 'servers on one core, load on another' };
  } catch {
    return { separated: false, words: 'servers and load in processes of their own, on any core (no taskset)' };
  }
}

/** The command that runs a server on its core. */
export function onServerCore(separated, command) {
  return separated ? ['taskset', '--cpu-list', SERVER_CORE, ...command] : command;
}
