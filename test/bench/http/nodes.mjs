import { execFileSync } from 'node:child_process';
import process from 'node:process';

/** The `node` binary of a major version; npm fetches it where it is not the one that runs this. */
export function nodeBinary(major) {
  if (process.versions.node.split('.')[0] === major) return process.execPath;
  return execFileSync('npx', ['--yes', '--package', `node@${major}`, 'which', 'node'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
