/** Bundles for CommonJS what is published as ES modules only: Jest loads no ES module by `require` before Node 24.9. */
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

/** Names of the dependencies (not peers) of a package that `require` would load as ES modules. */
export function esModulesOnly(folder, { dependencies = {} }) {
  return Object.keys(dependencies).filter((name) => isEsModulesOnly(packageOf(folder, name).manifest));
}

/** Writes `index.js`, the declarations and the licence of a dependency to a folder. */
export async function vendorDependency(folder, name, target) {
  const { root, manifest } = packageOf(folder, name);
  const entry = createRequire(resolve(folder, 'package.json')).resolve(name);
  await build({
    entryPoints: [entry],
    outfile: join(target, 'index.js'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    banner: { js: `/* ${name} ${manifest.version}, bundled. Its licence is beside this file. */` },
  });
  copyDeclarations(root, manifest, target);
  for (const file of readdirSync(root))
    if (/^licen[cs]e/i.test(file)) copyFileSync(join(root, file), join(target, file));
}

function copyDeclarations(root, { exports }, target) {
  const types = resolve(root, exports['.'].types ?? exports['.'].import.types);
  cpSync(dirname(types), join(target, 'types'), { recursive: true });
  writeFileSync(join(target, 'index.d.ts'), "export * from './types/index.js';\n");
}

function packageOf(folder, name) {
  const root = rootOf(resolve(folder), name);
  return { root, manifest: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) };
}

/** As Node looks a package up: in the nearest `node_modules` that has it. */
function rootOf(folder, name) {
  const root = join(folder, 'node_modules', name);
  if (existsSync(join(root, 'package.json'))) return root;
  if (dirname(folder) === folder) throw new Error(`The dependency ${name} is not installed. Run: npm install`);
  return rootOf(dirname(folder), name);
}

function isEsModulesOnly({ type, exports }) {
  return type === 'module' && exports?.['.']?.require === undefined;
}
