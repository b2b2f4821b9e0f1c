import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { migrateCatalog, pgDatabase, PostgresTenantCatalog } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import pg from 'pg';
import { call } from '../../support/http.js';
import type { HttpAnswer } from '../../support/http.js';
import { createTestDatabase } from '../../support/postgres.js';
import type { NodeSettings, NodeState } from './node-app.js';

/** What nodes share: a catalog in a database of the test, and its administration. */
export interface SharedCatalog {
  readonly url: string;
  readonly database: SqlDatabase;
  readonly catalog: PostgresTenantCatalog;
  close(): Promise<void>;
}

/** Makes a database with a catalog of tenants. The caller closes it. */
export async function createSharedCatalog(...ids: readonly string[]): Promise<SharedCatalog> {
  const test = await createTestDatabase();
  const shared = await openSharedCatalog(test.adminUrl, ...ids);
  const close = async (): Promise<void> => {
    await shared.close();
    await test.drop();
  };
  return { ...shared, close };
}

/** Brings a database that is there to a catalog with some tenants. */
export async function openSharedCatalog(url: string, ...ids: readonly string[]): Promise<SharedCatalog> {
  const pool = new pg.Pool({ connectionString: url, max: 4, application_name: 'administration' });
  const database = pgDatabase(pool, { onIdleError: () => undefined });
  await migrateCatalog(database);
  const catalog = new PostgresTenantCatalog(database);
  for (const id of ids) await catalog.create({ id, domain: `${id}.example.com` });
  return { url, database, catalog, close: () => database.close() };
}

/** Compiles the node as it is now. @returns the folder, and how to remove it */
export function compileNode(): { readonly folder: string; remove(): void } {
  const parent = join(process.cwd(), 'node_modules/.cache');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'tenantry-nodes-'));
  execFileSync(process.execPath, [join(process.cwd(), 'test/nodes/support/compile-node.mjs'), folder]);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Options of {@link spawnNode}. */
export interface SpawnOptions {
  /** How much its wall clock is fast, milliseconds. */
  readonly clockSkewMs?: number;
  /** Receives each change with the time when it holds on that node, nanoseconds of the machine's monotonic clock. */
  readonly onChanges?: (changes: readonly { readonly key: string; readonly at: string }[]) => void;
}

/** A node that runs as a process of its own. */
export class NodeProcess {
  readonly port: number;
  /** Its wall clock when it had started. */
  readonly wallClock: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;

  constructor(child: ChildProcess, exited: Promise<number | null>, reported: { port: number; wallClock: number }) {
    this.#child = child;
    this.#exited = exited;
    this.port = reported.port;
    this.wallClock = reported.wallClock;
  }

  /** Whether the process is there. */
  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** A request in the name of a tenant's host, or of the node's own without one. */
  get(path: string, host = 'localhost'): Promise<HttpAnswer> {
    return call(this.port, path, { headers: { host } });
  }

  async state(): Promise<NodeState> {
    return (await this.get('/state')).json as NodeState;
  }

  /** Lets the requests to `/hold` continue. */
  async release(): Promise<void> {
    await call(this.port, '/release', { method: 'POST' });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it and waits for that. @returns its exit code; `null` = by the signal */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    return this.#exited;
  }
}

/** Starts a node as a process. The caller stops it. */
export async function spawnNode(
  folder: string,
  settings: NodeSettings,
  { clockSkewMs = 0, onChanges }: SpawnOptions = {},
): Promise<NodeProcess> {
  const child = spawn(process.execPath, ['--expose-gc', join(folder, 'test/nodes/support/node-main.js')], {
    env: { PATH: process.env['PATH'] ?? '', NODE_SETTINGS: JSON.stringify(settings), CLOCK_SKEW_MS: `${clockSkewMs}` },
    stdio: ['ignore', 'pipe', 'pipe', ...(onChanges === undefined ? [] : ['ipc' as const])],
  });
  if (onChanges !== undefined) child.on('message', onChanges);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let printed = '';
  child.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const reported = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    void exited.then((code) => reject(new Error(`The node ended with ${code}:\n${printed}`)));
  });
  return new NodeProcess(child, exited, JSON.parse(reported) as { port: number; wallClock: number });
}
