/**
 * Tries the packed packages in applications that the Nest CLI generates: `npm run matrix` everything, `-- --quick` what CI
 * runs, `-- --only=nest11-express` some. Writes `docs/compatibility.md` from what was run. Folders of failures are kept.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaces } from './build/workspaces.mjs';
import { createApplication } from './matrix/application.mjs';
import { APPLICATIONS } from './matrix/cells.mjs';
import { CHECKS } from './matrix/checks.mjs';
import { record } from './matrix/record.mjs';
import { mustRun, nodeOf } from './matrix/run.mjs';

const quick = process.argv.includes('--quick');
const only = process.argv
  .find((arg) => arg.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
const wanted = APPLICATIONS.filter(({ name, quick: isQuick }) => (only ? only.includes(name) : !quick || isQuick));
const folder = mkdtempSync(join(tmpdir(), 'tenantry-matrix-'));

const tarballs = await pack();
let failed = 0;
for (const application of wanted) failed += await tryApplication(application);
if (failed === 0) rmSync(folder, { recursive: true, force: true });
else console.log(`${failed} failed. Their applications are in ${folder}`);
process.exitCode = failed > 0 ? 1 : 0;

async function pack() {
  const packed = new Map();
  for (const { folder: lib, manifest } of workspaces('libs')) {
    const output = await mustRun('npm', ['pack', '--json', '--pack-destination', folder], { cwd: lib });
    const { filename } = Object.values(JSON.parse(output.slice(output.search(/^[[{]/m))))[0];
    packed.set(manifest.name.split('/')[1], join(folder, filename));
  }
  return packed;
}

/** One after the other: each step is measured against deadlines of its own, and installations fill the disk. */
async function tryApplication(application) {
  const checks = application.checks.filter((check) => !quick || check.quick);
  const cwd = await attempt(`${application.name}: generate, install, nest add`, () =>
    createApplication(application, folder, tarballs),
  );
  let failures = cwd.error ? checks.length : 0;
  for (const check of cwd.error ? [] : checks) {
    const { error } = await attempt(titleOf(application, check), async () =>
      CHECKS[check.kind](cwd.value, await nodeOf(check.node), check),
    );
    await record(application, check, error);
    if (error) failures++;
  }
  if (failures === 0) rmSync(cwd.value, { recursive: true, force: true });
  return failures;
}

async function attempt(title, work) {
  const startedAt = performance.now();
  const outcome = await work().then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(`${outcome.error ? 'FAILED' : 'ok    '} ${title} (${seconds} s)`);
  if (outcome.error) console.log(outcome.error.message);
  return outcome;
}

function titleOf({ name }, { kind, node, version, options }) {
  const what = kind === 'types' ? `TypeScript ${version}, ${options.moduleResolution}` : kind;
  return `${name}: ${what}, Node ${node}`;
}
