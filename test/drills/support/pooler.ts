import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './crashable-postgres.js';

const PROGRAM = process.env['PGBOUNCER'] ?? 'pgbouncer';

/** A pgbouncer in transaction mode before a server. */
export interface Pooler {
  readonly url: string;
  stop(): void;
}

/** How a pooler differs from the plain one. */
export interface PoolerOptions {
  /** Who may log in, with the passwords that the server asks the pooler for. Default: `postgres` without one. */
  readonly users?: Readonly<Record<string, string>>;
  /** Start-up parameters that it swallows in place of refusing the connection. */
  readonly ignored?: readonly string[];
}

/** Whether there is a pgbouncer on this machine. */
export function hasPooler(): boolean {
  return spawnSync(PROGRAM, ['--version']).error === undefined;
}

/** Starts the machine's pgbouncer, or the one that `PGBOUNCER` names; `null` = there is none. */
export async function startPooler(serverUrl: string, options: PoolerOptions = {}): Promise<Pooler | null> {
  const { users = { postgres: '' }, ignored = [] } = options;
  if (!hasPooler()) return null;
  const { hostname, port: serverPort } = new URL(serverUrl);
  const [directory, port] = [mkdtempSync(join(tmpdir(), 'tenantry-pooler-')), await freePort()];
  chmodSync(directory, 0o755);
  const lines = Object.entries(users).map((pair) => pair.map((part) => `"${part.replaceAll('"', '""')}"`).join(' '));
  writeFileSync(join(directory, 'users.txt'), `${lines.join('\n')}\n`);
  writeFileSync(
    join(directory, 'pgbouncer.ini'),
    `[databases]
* = host=${hostname} port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(directory, 'users.txt')}
pool_mode = transaction
default_pool_size = 5
ignore_startup_parameters = ${['extra_float_digits', ...ignored].join(',')}
`,
  );
  const asRoot = process.getuid?.() === 0;
  const child = spawn(PROGRAM, [...(asRoot ? ['-u', 'nobody'] : []), join(directory, 'pgbouncer.ini')], {
    stdio: 'ignore',
  });
  const stop = (): void => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop };
}
