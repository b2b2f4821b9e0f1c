/*
 * Measures and prints figures beside those of peers, in the same run:
 *
 *   npm run bench -- registry [--json]
 *   npm run bench -- catalog [--json] [--tenants 1000000]
 *   npm run bench -- nodes [--json]
 *
 * A benchmark is no test: it fails nobody. It says by how much each goal is met.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { describeMachine } from './support/machine.mjs';
import { judge, toMarkdown } from './support/table.mjs';

const SUITES = ['registry', 'catalog', 'nodes'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, tenants: { type: 'string' } },
});
const [suite] = positionals;
if (SUITES.includes(suite)) await run(suite);
else usage();

async function run(name) {
  const { measure, packages } = await import(`./${name}.mjs`);
  const rows = (await measure(values)).map((row) => ({ ...row, ...judge(row) }));
  const machine = describeMachine(packages);
  process.stdout.write(
    values.json ? `${JSON.stringify({ suite: name, machine, rows }, null, 2)}\n` : asText(machine, rows),
  );
}

function asText({ versions, ...machine }, rows) {
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${[...Object.values(machine), ...peers].join(', ')}\n\n${toMarkdown(rows)}\n`;
}

function usage() {
  process.stderr.write(`Usage: npm run bench -- <${SUITES.join('|')}> [--json] [--tenants <number>]\n`);
  process.exitCode = 1;
}
