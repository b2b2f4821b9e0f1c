import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('peers', import.meta.url));

/** Installs the peers, from their own lock file, unless they are there. Prints what npm says to standard error. */
export function installPeers() {
  if (isInstalled()) return;
  process.stderr.write('installing the peers\n');
  const command = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', command, { cwd: FOLDER, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The version of each package that the peers' folder asks for. */
export function peerVersions() {
  const { packages } = JSON.parse(readFileSync(`${FOLDER}/package-lock.json`, 'utf8'));
  const names = ['@nestjs/core', '@lexmata/nestjs-multi-tenant', 'nestjs-multitenant', 'typeorm'];
  return Object.fromEntries(names.map((name) => [`${name} (peers)`, packages[`node_modules/${name}`].version]));
}

function isInstalled() {
  const installed = `${FOLDER}/node_modules/.package-lock.json`;
  if (!existsSync(installed)) return false;
  const [is, should] = [installed, `${FOLDER}/package-lock.json`].map(
    (file) => JSON.parse(readFileSync(file, 'utf8')).packages,
  );
  return Object.entries(should).every(
    ([path, { version, optional }]) => optional || path === '' || is[path]?.version === version,
  );
}
