/*
 * Puts the balancers of deploy/ in front of real nodes, each a process, and checks whether they keep what
 * docs/guides/load-balancing.md promises:
 *
 *   npm run drill -- balancer [nginx] [haproxy]
 *
 * Takes about two minutes for each balancer. Ends with code 1 when a promise is broken or a balancer is not installed.
 */
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { failover } from './support/failover.mjs';
import { agreement } from './support/agreement.mjs';
import { distribution } from './support/distribution.mjs';
import { BALANCERS, versionOf } from './support/balancers.mjs';
import { malformed } from './support/malformed.mjs';

const KINDS = Object.keys(BALANCERS);
const named = process.argv.slice(2).filter((word) => KINDS.includes(word));
const failures = [];

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'libs/core'], { stdio: 'inherit' });

for (const kind of named.length > 0 ? named : KINDS) {
  const version = versionOf(kind);
  if (version === null) {
    failures.push(`${kind} is not installed: nothing of it was tried. On Debian: apt-get install ${kind}`);
    continue;
  }
  print(`\n${version}, Node ${process.version}`);
  for (const part of [distribution, failover, agreement, malformed]) await run(kind, part);
}

print(failures.length === 0 ? '\nEverything holds.' : `\nFailed:\n${failures.map((line) => `- ${line}`).join('\n')}`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function run(kind, part) {
  const { title, table, promises } = await part(kind);
  print(`\n${title}\n\n${table}\n`);
  for (const [promise, holds] of Object.entries(promises)) {
    print(`${holds ? 'ok    ' : 'BROKEN'} ${promise}`);
    if (!holds) failures.push(`${kind}: ${promise}`);
  }
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
