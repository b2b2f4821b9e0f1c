/*
 * Measures and prints figures beside those of peers, in the same run:
 *
 *   npm run bench -- registry [--json]
 *   npm run bench -- catalog [--json] [--tenants 1000000]
 *   npm run bench -- nodes [--json]
 *   npm run bench -- data [--json]
 *   npm run bench -- http [--json] [--quick | --smoke] [--adapter fastify,express] [--node 20,22,24] [--tenants 10,10000]
 *                         [--depth 1,20] [--setups bare,tenantry] [--starts 5] [--seconds 2]
 *   npm run bench -- herd [--json]
 *   npm run bench -- identity [--json]
 *   npm run bench -- peers [--json]
 *
 * A benchmark is no test: it never fails. It says by how much each goal is met.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { describeMachine } from './support/machine.mjs';
import { rate, toMarkdown } from './support/table.mjs';

const SUITES = ['registry', 'catalog', 'nodes', 'data', 'http', 'herd', 'identity', 'peers'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    tenants: { type: 'string' },
    quick: { type: 'boolean' },
    smoke: { type: 'boolean' },
    adapter: { type: 'string' },
    node: { type: 'string' },
    depth: { type: 'string' },
    setups: { type: 'string' },
    starts: { type: 'string' },
    seconds: { type: 'string' },
  },
});
const [suite] = positionals;
if (SUITES.includes(suite)) await run(suite);
else usage();

async function run(name) {
  const { measure, packages, report } = await import(`./${name}.mjs`);
  if (report !== undefined) return print(await report(values));
  const rows = (await measure(values)).map((row) => ({ ...row, ...rate(row) }));
  const machine = describeMachine(packages);
  process.stdout.write(
    values.json ? `${JSON.stringify({ suite: name, machine, rows }, null, 2)}\n` : asText(machine, rows),
  );
}

/** For suites whose table is another: they give both forms. */
function print({ json, text }) {
  process.stdout.write(values.json ? `${JSON.stringify(json, null, 2)}\n` : text);
}

function asText({ versions, ...machine }, rows) {
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${[...Object.values(machine), ...peers].join(', ')}\n\n${toMarkdown(rows)}\n`;
}

function usage() {
  process.stderr.write(`Usage: npm run bench -- <${SUITES.join('|')}> [--json] [--tenants <number>]\n`);
  process.exitCode = 1;
}
