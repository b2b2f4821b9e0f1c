import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SCRIPT = join(__dirname, '../../scripts/prepare-secrets.mjs');
const run = (env: Record<string, string>) =>
  promisify(execFile)(process.execPath, [SCRIPT], { env: { ...process.env, ...env } });

describe('scripts/prepare-secrets.mjs, on a recorder of requests', () => {
  it('sets up what exists already too, and prints the settings of the sample', async () => {
    const calls: string[] = [];
    const server = createServer((request, response) => {
      calls.push(`${request.method} ${request.url}`);
      if (request.url?.startsWith('/v1/sys/mounts/')) {
        response.writeHead(400).end('{"errors":["path is already in use at tenantry/"]}');
      } else response.end('{"data":{"role_id":"role","secret_id":"secret"}}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { stdout } = await run({ BAO_ADDR: address });
    server.close();
    expect(stdout.trim().split('\n')).toEqual([
      `export VAULT_ADDR=${address}`,
      'export VAULT_KV_MOUNT=tenantry',
      'export VAULT_ROLE_PATH=approle',
      'export VAULT_ROLE_ID=role',
      'export VAULT_ROLE_SECRET=secret',
    ]);
    expect(calls).toContain('POST /v1/tenantry/data/ARU-297647');
  });

  it('says in one line that there is no server', async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await new Promise((closed) => server.close(closed));
    const failure = await run({ BAO_ADDR: address }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `The server at ${address} could not be prepared. ECONNREFUSED\n`,
    });
  });
});
