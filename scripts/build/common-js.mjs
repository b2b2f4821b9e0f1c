/**
 * The CommonJS half of a package, in `dist/cjs`: every source transpiled with `module: commonjs`, the declarations of the
 * ES modules copied, and dependencies that exist as ES modules only bundled into `dist/cjs/vendor`.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { esModulesOnly, vendorDependency } from './vendor.mjs';

const SCOPE = { type: 'commonjs', sideEffects: false };
/** Two sources may ask where they lie; a CommonJS module has another way to know. */
const LOCATION = { of: 'import.meta.url', becomes: "require('node:url').pathToFileURL(__filename).href" };

export async function buildCommonJs(folder, manifest) {
  const target = join(folder, 'dist/cjs');
  rmSync(target, { recursive: true, force: true });
  const bundled = esModulesOnly(folder, manifest);
  const options = compilerOptions(folder);
  for (const source of sources(join(folder, 'src'))) {
    const code = transpile(join(folder, 'src', source), options);
    const declaration = readFileSync(join(folder, 'dist', source.replace(/\.ts$/, '.d.ts')), 'utf8');
    for (const [text, extension] of [
      [code.replaceAll(LOCATION.of, LOCATION.becomes), '.js'],
      [declaration, '.d.ts'],
    ]) {
      const file = join(target, source.replace(/\.ts$/, extension));
      write(file, withVendored(text, bundled, relative(dirname(file), target)));
    }
  }
  for (const name of bundled) await vendorDependency(folder, name, join(target, 'vendor', name));
  write(join(target, 'package.json'), `${JSON.stringify(SCOPE)}\n`);
}

function sources(folder) {
  return readdirSync(folder, { recursive: true }).filter(
    (file) => file.endsWith('.ts') && !/\.(spec|d)\.ts$/.test(file),
  );
}

function compilerOptions(folder) {
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  return {
    ...options,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    sourceMap: false,
  };
}

function transpile(file, compilerOptions) {
  const source = readFileSync(file, 'utf8');
  const { outputText, diagnostics } = ts.transpileModule(source, {
    compilerOptions,
    fileName: file,
    reportDiagnostics: true,
  });
  if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost({})));
  return outputText;
}

/** Imports of a bundled dependency lead to its bundle: `require("jose")` and `from 'jose'`, of exactly that name. */
function withVendored(text, bundled, toTarget) {
  return bundled.reduce((result, name) => {
    const path = `./${join(toTarget, 'vendor', name, 'index.js')}`.replace('./..', '..');
    return result.replaceAll(new RegExp(`((?:require|import)\\(|from )(["'])${name}\\2`, 'g'), `$1$2${path}$2`);
  }, text);
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
