import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { transformFileSync } from '@swc/core';

const SOURCES = join(__dirname, '../../../libs/core/src');
/** The folders of registry and catalog, and of what they import: they know neither HTTP nor modules of Nest. */
const FOLDERS = ['registry', 'catalog', 'errors', 'tenant', 'kernel'];

/** Compiles the registry alone, as it is now. @returns the folder, and how to remove it */
export function compileRegistry(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-registry-'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  // An error of the library is an HttpException of Nest's.
  symlinkSync(join(__dirname, '../../../node_modules'), join(folder, 'node_modules'));
  for (const part of FOLDERS) {
    for (const name of readdirSync(join(SOURCES, part), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts') || name.endsWith('.spec.ts')) continue;
      compile(join(SOURCES, part, name), folder);
    }
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function compile(file: string, folder: string): void {
  const { code } = transformFileSync(file, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  const target = join(folder, relative(SOURCES, file).replace(/\.ts$/, '.js'));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, code);
}

/** Runs a script beside the compiled registry until the process ends by itself. @returns what it printed */
export async function runAlone(folder: string, script: string, flags: readonly string[] = []): Promise<string> {
  const file = join(folder, 'script.js');
  writeFileSync(file, `import { TenantClientRegistry } from './registry/tenant-client-registry.js';\n${script}`);
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file], { timeout: 25_000 });
  return stdout.trim();
}
