import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CHECKS = import.meta.dirname;
/** Tools of folders of their own: heavy, and not used by the checks. */
const FOLDERS = { stryker: join(import.meta.dirname, 'mutation') };

/** Installs the tools of the checks. @throws Error where npm fails */
export function installTools() {
  install(CHECKS);
}

/** Installs what a tool needs. @returns its script @throws Error where npm fails */
export function installTool(name) {
  const folder = FOLDERS[name] ?? CHECKS;
  install(folder);
  return realpathSync(join(folder, 'node_modules/.bin', name));
}

/** Does nothing where the packages of this lock are there. */
function install(folder) {
  const stamp = join(folder, 'node_modules/.lock-sum');
  const sum = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sum) return;
  const args = ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`The tools of ${folder} could not be installed: npm ci ended with ${status}.`);
  writeFileSync(stamp, sum);
}
