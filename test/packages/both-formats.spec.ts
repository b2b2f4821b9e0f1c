import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);
const libs = readdirSync('libs');

interface Entry {
  readonly names: readonly string[];
  readonly errors: number;
  readonly foreign: readonly string[];
}

/** Prints JSON; of what was built, in a process of its own. */
async function script(file: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await run(process.execPath, [`test/packages/${file}`, ...args]);
  return JSON.parse(stdout) as unknown;
}

describe('every package, as ES modules and as CommonJS', () => {
  let imported: Record<string, Entry>;
  let required: Record<string, Entry>;

  beforeAll(async () => {
    const both = [script('load-packages.mjs', 'import'), script('load-packages.mjs', 'require')];
    [imported, required] = (await Promise.all(both)) as [Record<string, Entry>, Record<string, Entry>];
  }, 60_000);

  it('has at least one entry point in each package, and exports the same names in both formats', () => {
    expect(new Set(Object.keys(imported).map((entry) => entry.split('/')[1]))).toEqual(new Set(libs));
    const typesOnly = Object.entries(imported).filter(([, { names }]) => names.length === 0);
    expect(typesOnly.map(([entry]) => entry)).toEqual(['@tenantry/services/author']);
    expect(required).toEqual(imported);
  });

  it.each(['import', 'require'])('has only errors that are instances of the base class, loaded by %s', (format) => {
    const loaded = format === 'import' ? imported : required;
    expect(Object.entries(loaded).filter(([, { foreign }]) => foreign.length > 0)).toEqual([]);
    expect(loaded['@tenantry/jwt']?.errors).toBeGreaterThan(0);
  });

  it('refuses to set up an application in a process that has loaded both, and names both files', async () => {
    expect(await script('start-mixed.mjs')).toEqual({
      code: 'MT_FORMATS_MIXED',
      message: expect.stringMatching(
        /ES module from file:.*\/dist\/module\/startup-checks.* CommonJS from file:.*\/dist\/cjs\//,
      ) as string,
    });
  });

  it.each(libs)(
    'publishes %s without source maps, and its CommonJS requires no package that is ES modules only',
    (lib) => {
      const built = readdirSync(`libs/${lib}/dist`, { recursive: true }) as string[];
      expect(built.filter((file) => file.endsWith('.map') && !file.includes('vendor/'))).toEqual([]);
      const { dependencies = {} } = JSON.parse(readFileSync(`libs/${lib}/package.json`, 'utf8')) as {
        dependencies?: Record<string, string>;
      };
      const code = built.filter((file) => file.startsWith('cjs/') && file.endsWith('.js'));
      expect(code.length).toBeGreaterThan(0);
      const esModulesOnly = Object.keys(dependencies).filter(isImportOnly);
      const requiring = code.filter((file) => {
        const text = readFileSync(`libs/${lib}/dist/${file}`, 'utf8');
        return esModulesOnly.some((name) => text.includes(`require("${name}")`));
      });
      expect(requiring).toEqual([]);
    },
  );
});

/** Whether a package can be loaded by `import` alone: it is an ES module, and its entry has no form for `require`. */
function isImportOnly(dependency: string): boolean {
  const manifest = readFileSync(`node_modules/${dependency}/package.json`, 'utf8');
  const { type, exports } = JSON.parse(manifest) as { type?: string; exports?: Record<string, unknown> };
  return type === 'module' && !JSON.stringify(exports?.['.'] ?? exports ?? {}).includes('"require"');
}
