/*
 * Compiles the packages and what nodes and drills are made of, as they are now, into a folder of ES modules for `node`:
 *
 *   node test/nodes/support/compile-node.mjs <folder below the repository>
 *
 * The folder finds third-party packages where the repository has them, and ours in itself.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const [folder] = process.argv.slice(2);

for (const name of ['core', 'lifecycle', 'postgres']) compilePackage(name);
for (const part of ['test/nodes/support', 'test/support', 'test/drills']) {
  for (const file of sourcesOf(join(repository, part))) compile(file, join(folder, relative(repository, file)));
}
writeFileSync(join(folder, 'package.json'), '{"type":"module"}');

function compilePackage(name) {
  const [from, to] = [join(repository, 'libs', name), join(folder, 'node_modules/@tenantry', name)];
  for (const file of sourcesOf(join(from, 'src'))) {
    compile(file, join(to, 'dist', relative(join(from, 'src'), file)));
  }
  writeFileSync(join(to, 'package.json'), readFileSync(join(from, 'package.json')));
}

function sourcesOf(directory) {
  const names = readdirSync(directory, { recursive: true });
  return names.filter((name) => /(?<!\.spec|\.d)\.ts$/.test(name)).map((name) => join(directory, name));
}

function compile(file, target) {
  const { code } = transformFileSync(file, {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'es6' },
  });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target.replace(/\.ts$/, '.js'), code);
}
