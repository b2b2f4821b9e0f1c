import { execFileSync } from 'node:child_process';
import process from 'node:process';

/** What a version of Node is called with which `AsyncLocalStorage` is as cheap as in the next one. */
const FRAME = '-frame';
const FRAME_FLAG = '--experimental-async-context-frame';

/**
 * The command that runs a version of Node; npm fetches it where it is not the one that runs this.
 *
 * @param name major version; `22-frame` is 22 with `--experimental-async-context-frame`
 */
export function nodeCommand(name) {
  return name.endsWith(FRAME) ? [binary(name.slice(0, -FRAME.length)), FRAME_FLAG] : [binary(name)];
}

function binary(major) {
  if (process.versions.node.split('.')[0] === major) return process.execPath;
  return execFileSync('npx', ['--yes', '--package', `node@${major}`, 'which', 'node'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
