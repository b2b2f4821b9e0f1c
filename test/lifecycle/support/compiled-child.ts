import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { transformFileSync } from '@swc/core';

const ROOT = join(__dirname, '../../..');
const CHILD = [require.resolve('./crash-child.ts'), require.resolve('./crash-scenario.ts')] as const;
const CACHE = join(ROOT, 'node_modules/.cache');

/** How a process has ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A process that runs. */
export interface RunningChild {
  readonly process: ChildProcess;
  /** What it has written to stderr until now. */
  stderr(): string;
  readonly ended: Promise<ProcessEnd>;
}

/**
 * Compiles the libraries and the child as they are now, into a folder from which Node finds the installed packages too.
 *
 * @param files the child, and what it imports as a neighbour. Default: the child of the lifecycle
 * @returns how to run the child, and how to remove the folder
 */
export function compileChild(files: readonly [string, ...string[]] = CHILD): {
  run(...args: readonly string[]): Promise<ProcessEnd>;
  start(...args: readonly string[]): RunningChild;
  remove(): void;
} {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'tenantry-lifecycle-'));
  for (const lib of ['core', 'lifecycle', 'postgres']) {
    const [source, target] = [join(ROOT, 'libs', lib), join(folder, 'node_modules/@tenantry', lib)];
    compileFolder(join(source, 'src'), join(target, 'dist'));
    copyFileSync(join(source, 'package.json'), join(target, 'package.json'));
  }
  const compiledTo = (file: string): string => join(folder, `${basename(file, '.ts')}.js`);
  for (const file of files) compile(file, compiledTo(file));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return {
    run: (...args) => startNode([compiledTo(files[0]), ...args]).ended,
    start: (...args) => startNode([compiledTo(files[0]), ...args]),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function compileFolder(source: string, target: string): void {
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.endsWith('.spec.ts')) continue;
    const file = join(entry.parentPath, entry.name);
    compile(file, join(target, relative(source, file).replace(/\.ts$/, '.js')));
  }
}

function compile(file: string, target: string): void {
  const { code } = transformFileSync(file, {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'es6' },
  });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, code);
}

function startNode(args: readonly string[]): RunningChild {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<ProcessEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stderr }));
  });
  return { process: child, stderr: () => stderr, ended };
}
