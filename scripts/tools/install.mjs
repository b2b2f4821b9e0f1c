import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = import.meta.dirname;
const STAMP = join(FOLDER, 'node_modules/.lock-sum');

/** Installs the tools, unless those of this lock are there. @throws Error where npm fails */
export function installTools() {
  const sum = createHash('sha256')
    .update(readFileSync(join(FOLDER, 'package-lock.json')))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sum) return;
  const args = ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
  const { status } = spawnSync('npm', args, { cwd: FOLDER, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`The tools of ${FOLDER} could not be installed: npm ci ended with ${status}.`);
  writeFileSync(STAMP, sum);
}

/** The script of a tool, such as `knip`. */
export function toolPath(name) {
  return realpathSync(join(FOLDER, 'node_modules/.bin', name));
}
