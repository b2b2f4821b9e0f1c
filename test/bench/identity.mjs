import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** Packages whose versions belong to the figures. */
export const packages = ['lru-cache', '@node-rs/argon2'];

/** Cost of permission checks and of passwords, in a process of its own. */
export function measure() {
  const script = fileURLToPath(new URL('support/run-group.mjs', import.meta.url));
  const file = new URL('identity/permissions.mjs', import.meta.url).href;
  return JSON.parse(execFileSync(process.execPath, ['--expose-gc', script, file], { encoding: 'utf8' }));
}
