import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const GROUPS = ['hot', 'cold', 'sweep', 'memory'];

/** Packages whose versions belong to the figures. */
export const packages = ['lru-cache', '@isaacs/ttlcache', 'generic-pool'];

/** Cost of the client registry. Each group has a process of its own, so that none inherits another's heap. */
export function measure() {
  return GROUPS.flatMap((group) => {
    process.stderr.write(`measuring: registry, ${group}\n`);
    return JSON.parse(runGroup(group));
  });
}

function runGroup(group) {
  const script = fileURLToPath(new URL('support/run-group.mjs', import.meta.url));
  const file = new URL(`registry/${group}.mjs`, import.meta.url).href;
  return execFileSync(process.execPath, ['--expose-gc', script, file], { encoding: 'utf8' });
}
