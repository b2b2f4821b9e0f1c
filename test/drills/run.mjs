/*
 * Runs drills, which take longer or harm more than a test may:
 *
 *   npm run drill -- nodes          (with POSTGRES_BIN=/usr/lib/postgresql/15/bin: on that version)
 *   npm run drill -- balancer [nginx] [haproxy]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const DRILLS = { nodes: runNodes, balancer: () => runScript('test/balancer/drill.mjs') };

const [drill, ...rest] = process.argv.slice(2);
if (Object.hasOwn(DRILLS, drill ?? '')) DRILLS[drill]();
else {
  process.stderr.write(`Usage: npm run drill -- <${Object.keys(DRILLS).join('|')}>\n`);
  process.exitCode = 1;
}

function runScript(file) {
  const { status } = spawnSync(process.execPath, [file, ...rest], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

/** The drill and its nodes are TypeScript, and use the sources as they stand. */
function runNodes() {
  const parent = join(process.cwd(), 'node_modules/.cache');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'tenantry-drill-'));
  try {
    execFileSync(process.execPath, ['test/nodes/support/compile-node.mjs', folder]);
    runScript(join(folder, 'test/drills/nodes.js'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
