/** An application as `nest new` makes it, with our packages from tarballs, and tenancy added by `nest add`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaces } from '../build/workspaces.mjs';
import { mustRun } from './run.mjs';

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
  if (packages === 'all') writeFileSync(join(cwd, 'src/packages.spec.ts'), packagesTest());
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

function useFastify(cwd) {
  edit(cwd, 'src/main.ts', [
    [/^/, "import { FastifyAdapter } from '@nestjs/platform-fastify';\n"],
    ['NestFactory.create(AppModule)', 'NestFactory.create(AppModule, new FastifyAdapter())'],
  ]);
}

/** The application's own service injects what the library uses inside: both must be one class. */
function injectCls(cwd) {
  edit(cwd, 'src/tenancy/example.controller.ts', [
    [/^/, "import { ClsService } from 'nestjs-cls';\n"],
    [
      'private readonly context: TenantContext,',
      'private readonly context: TenantContext,\n    private readonly cls: ClsService,',
    ],
    ['tenant: this.context.tenant.id', "tenant: this.cls.isActive() ? this.context.tenant.id : 'no store'"],
  ]);
}

function useBuilder(cwd, builder) {
  edit(cwd, 'nest-cli.json', [['"deleteOutDir": true', `"deleteOutDir": true, "builder": "${builder}"`]]);
}

function edit(cwd, file, replacements) {
  const path = join(cwd, file);
  const before = readFileSync(path, 'utf8');
  const after = replacements.reduce((text, [from, to]) => text.replace(from, to), before);
  if (after === before) throw new Error(`${file} has nothing of what should be replaced.`);
  writeFileSync(path, after);
}

/** Every entry point in the generated test runner, by its name. */
function packagesTest() {
  const entries = workspaces('libs').flatMap(({ manifest: { name, exports } }) =>
    Object.keys(exports)
      .filter((path) => !path.endsWith('.json'))
      .map((path) => name + path.slice(1)),
  );
  const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}';`);
  return `${imports.join('\n')}

describe('Every package', () => {
  it('is loaded', () => {
    for (const entry of [${entries.map((_, index) => `entry${index}`).join(', ')}])
      expect(Object.keys(entry).length).toBeGreaterThan(0);
  });
});
`;
}
