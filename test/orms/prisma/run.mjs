/**
 * Runs Jest on the specs beside this file, with the arguments that it gets. Installs Prisma before, from the lock file
 * beside it, unless that is done, and generates the client.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];

/** Without its scripts, which download an engine that only migrations need. */
function install() {
  const written = (file) => statSync(`${FOLDER}${file}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (written('node_modules/.package-lock.json') >= written('package-lock.json')) return;
  process.stderr.write('installing Prisma\n');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], quietly(FOLDER));
}

function generate() {
  // `generate` insists on a schema engine that is there, downloads one if need be, and never runs it: so any file will do.
  const env = { PRISMA_SCHEMA_ENGINE_BINARY: `${FOLDER}package.json`, CHECKPOINT_DISABLE: '1' };
  const prisma = ['node_modules/prisma/build/index.js', 'generate', '--schema', 'schema.prisma', '--no-hints'];
  execFileSync(process.execPath, prisma, quietly(FOLDER, env));
}

function quietly(cwd, env = {}) {
  return { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] };
}

function run(args) {
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}

install();
generate();
process.exitCode =
  run(['node_modules/typescript/bin/tsc', '-p', FOLDER]) ||
  run([...JEST, '--config', `${FOLDER}jest.config.mjs`, ...process.argv.slice(2)]);
