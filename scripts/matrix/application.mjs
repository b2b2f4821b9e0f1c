/** An application as `nest new` makes it, with our packages from tarballs, and tenancy added by `nest add`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './run.mjs';
import { messagesTest, packagesTest } from './tests.mjs';
import { injectCls, useBuilder, useFastify, useJest } from './variants.mjs';

const NEW = ['-g', '-s', '-p', 'npm', '--strict'];
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline'];

/** @returns its folder. Everything is installed without flags that make npm accept what does not fit. */
export async function createApplication({ name, nest, packages, install, ...variant }, folder, tarballs) {
  const cli = nest === 12 ? ['--no-observe'] : [];
  await mustRun('npx', ['--yes', '-p', `@nestjs/cli@${nest}`, '--', 'nest', 'new', name, ...NEW, ...cli], {
    cwd: folder,
  });
  const cwd = join(folder, name);
  const ours = [...tarballs].filter(([each]) => packages === 'all' || packages.includes(each)).map(([, file]) => file);
  await mustRun('npm', ['install', ...QUIET], { cwd });
  await mustRun('npm', ['install', ...QUIET, ...ours, ...install], { cwd });
  await addTenancy(cwd);
  if (variant.fastify) useFastify(cwd);
  if (variant.injectsCls) injectCls(cwd);
  if (variant.builder) useBuilder(cwd, variant.builder);
  if (variant.jest) useJest(cwd);
  if (packages === 'all') writeFileSync(join(cwd, 'src/packages.spec.ts'), packagesTest());
  if (packages.includes('transports') || packages === 'all')
    writeFileSync(join(cwd, 'src/messages.spec.ts'), messagesTest(nest === 12 ? '.js' : ''));
  return cwd;
}

/** Twice: the second run must change nothing. */
async function addTenancy(cwd) {
  const add = () =>
    mustRun(
      'npx',
      ['nest', 'add', '@tenantry/core', '--skip-install', '--resolver=host-and-path', '--catalog=memory'],
      { cwd },
    );
  await add();
  const first = sourcesOf(cwd);
  await add();
  if (first !== sourcesOf(cwd)) throw new Error('A second nest add changed the sources.');
  if (!first.includes('TenancyModule')) throw new Error('nest add changed nothing.');
}

function sourcesOf(cwd) {
  const files = readdirSync(join(cwd, 'src'), { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .sort();
  return files.map((file) => `${file}\n${readFileSync(join(cwd, 'src', file), 'utf8')}`).join('\n');
}
