import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { call } from '../support/http.js';

const run = promisify(execFile);
const ENTRY = 'apps/orchestrator/dist/dev.js';

interface Started {
  readonly process: ChildProcess;
  readonly printed: string;
  readonly exited: Promise<number | null>;
}

/** Starts the built sample as `npm start` does, and waits until it says that it listens. */
function start(env: Readonly<Record<string, string>>): Promise<Started> {
  const child = spawn(process.execPath, [ENTRY], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return new Promise((resolve, reject) => {
    let printed = '';
    child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (/curl[^\n]*MyService[^\n]*\n/.test(printed)) resolve({ process: child, printed, exited });
    });
    void exited.then((code) => reject(new Error(`It ended with ${code}:\n${printed}`)));
  });
}

describe('npm start', () => {
  const port = 20_000 + (process.pid % 20_000);
  let dataDir: string;
  let started: Started | undefined;

  beforeAll(() => void (dataDir = mkdtempSync(join(tmpdir(), 'tenantry-start-'))));
  afterAll(async () => {
    started?.process.kill('SIGKILL');
    await started?.exited;
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('prints five commands that work when pasted, keeps its data over a restart, and ends cleanly', async () => {
    const env = { PORT: String(port), CLOUD_API_PORT: String(port + 1), DATA_DIR: dataDir };
    started = await start(env);
    const commands = started.printed.split('\n').filter((line) => line.includes('curl'));
    expect(commands).toHaveLength(5);
    const { stdout } = await run('sh', ['-c', commands.join('; echo; ')]);
    expect(stdout).toContain('"domain":"foo.com"');
    expect(stdout).toContain('"name":"Website"');
    expect(stdout).toContain('"name":"foo-web-1"');
    expect(stdout).toContain('{"greeting":"Hello from Foo","visits":1}');

    const token = (await logIn()).accessToken;
    const headers = { authorization: `Bearer ${token}` };
    await call(port, '/t/foo.com/projects', { method: 'POST', headers, body: { name: 'Survivor' } });
    started.process.kill('SIGTERM');
    expect(await started.exited).toBe(0);

    started = await start(env);
    const answer = await call(port, '/t/foo.com/projects', {
      headers: { authorization: `Bearer ${(await logIn()).accessToken}` },
    });
    expect(answer.text).toContain('Survivor');
  }, 300_000);

  it.each([
    ['PORT', 'http'],
    ['TENANT_IDLE_TIME', '-1'],
    ['HTTP_ADAPTER', 'koa'],
    ['DATABASE_URL', 'mysql://x'],
  ])('refuses %s=%s by name, and says what is allowed', async (name, value) => {
    await expect(start({ DATA_DIR: dataDir, [name]: value })).rejects.toThrow(
      new RegExp(`It ended with [1-9]\\d*:[^]*${name}[^]*`),
    );
  });

  async function logIn(): Promise<{ accessToken: string }> {
    const body = { username: 'alice@foo.com', password: 'tenantry-demo' };
    return (await call(port, '/auth/login', { method: 'POST', body })).json as { accessToken: string };
  }
});
