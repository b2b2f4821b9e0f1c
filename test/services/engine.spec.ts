import { EngineForTests } from './support/engine.js';
import type { TestTenant } from './support/engine.js';
import type { Capability } from '@tenantry/services';

let engines: EngineForTests;
let tenants = 0;

beforeAll(() => {
  engines = new EngineForTests();
});

afterAll(() => engines.close());

/** A tenant of its own: no quarantine of another test. */
function newTenant(options: Parameters<EngineForTests['tenant']>[1] = {}): Promise<TestTenant> {
  return engines.tenant(`tenant-${++tenants}`, options);
}

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'ok',
    (error: unknown) => Reflect.get(Object(error), 'code') as unknown,
  );
}

describe('a service in the engine', () => {
  it('answers with what its module returns, and gets method, path, query, headers and body', async () => {
    const { run } = await newTenant();
    const code = 'export default (request) => ({ status: 201, headers: { "X-One": 1 }, body: request });';
    const reply = await run(code, { method: 'POST', path: '/a', query: 'b=c', headers: { d: 'e' }, body: 'f' });
    expect([reply.status, reply.headers]).toEqual([
      201,
      { 'x-one': '1', 'content-type': 'application/json; charset=utf-8' },
    ]);
    expect(JSON.parse(reply.body.toString())).toEqual({
      method: 'POST',
      path: '/a',
      query: 'b=c',
      headers: { d: 'e' },
      body: 'f',
      encoding: 'utf8',
    });
  });

  it('runs its own handlers before and after, which can change the request, answer and change the answer', async () => {
    const { run } = await newTenant();
    const code = `export const handlers = {
      in: [(request) => ({ ...request, path: request.path + '!' }), ({ query }) => query === 'no' ? { status: 403, body: 'no' } : undefined],
      out: [(reply, request) => ({ ...reply, body: reply.body + '?' })],
    };
    export default ({ path }) => ({ body: path });`;
    expect((await run(code)).body.toString()).toBe('/!?');
    expect(await run(code, { query: 'no' })).toMatchObject({ status: 403, body: Buffer.from('no?') });
  });

  it('is loaded once for simultaneous first requests, and keeps its instance', async () => {
    const { run, runtime } = await newTenant({ limits: { concurrency: 100 } });
    const code = 'let calls = 0; export default () => ({ body: String(++calls) });';
    const bodies = await Promise.all(
      Array.from({ length: 100 }, async () => Number((await run(code)).body.toString())),
    );
    expect(bodies.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(runtime.instances).toBe(1);
    expect(runtime.unloadIdle(-1)).toBe(1);
    expect((await run(code)).body.toString()).toBe('1');
  });

  it('finishes its requests on the version that they started with when another one is activated', async () => {
    let answer: (value: null) => void = () => undefined;
    const pause = new Promise<null>((resolve) => (answer = resolve));
    const { runAs, runtime } = await newTenant({ capabilities: new Map([['fetch', () => pause]]) });
    const version = (name: string): string =>
      `export default async (_, { fetch }) => { await fetch(); return { body: '${name}' } };`;
    const old = runAs('service', 1, version('one'));
    const quick = runAs('service', 2, `export default () => ({ body: 'two' })`);
    expect((await quick).body.toString()).toBe('two');
    answer(null);
    expect((await old).body.toString()).toBe('one');
    expect(runtime.instances).toBe(1);
  });

  it('shares nothing with another service, of the same tenant or of another one', async () => {
    const [foo, bar] = [await newTenant(), await newTenant()];
    await foo.runAs('a', 1, 'globalThis.leak = 1; Array.prototype.leak = 1; export default () => ({})');
    const read = 'export default () => ({ body: [typeof leak, typeof [].leak] })';
    for (const tenant of [foo, bar])
      expect((await tenant.runAs('b', 1, read)).body.toString()).toBe('["undefined","undefined"]');
  });
});

describe('a service that breaks a limit', () => {
  it('of CPU time is ended within its turn, and its instance is discarded', async () => {
    const tenant = await newTenant();
    const code =
      'let calls = 0; export default ({ query }) => { calls++; if (query) for (;;); return { body: String(calls) } };';
    expect((await tenant.run(code)).body.toString()).toBe('1');
    expect(await codeOf(tenant.run(code, { query: 'loop' }))).toBe('MT_SERVICE_TIMEOUT');
    expect(tenant.invocations.at(-1)).toMatchObject({ outcome: 'timeout' });
    expect((await tenant.run(code)).body.toString()).toBe('1');
  });

  it('of CPU time over several turns is ended too', async () => {
    const tenant = await newTenant({
      limits: { requestCpuMs: 60 },
      capabilities: new Map([['fetch', async () => null]]),
    });
    const code = `export default async (_, { fetch }) => {
      for (;;) { const end = Date.now() + 20; while (Date.now() < end); await fetch(); }
    };`;
    expect(await codeOf(tenant.run(code))).toBe('MT_SERVICE_TIMEOUT');
  });

  it('of CPU time in code that does not yield has its thread ended, is paused, and harms no later request of another tenant', async () => {
    const [hostile, good] = [await newTenant(), await newTenant()];
    const code = 'export default () => { [].concat(Array(2 ** 32 - 1)).indexOf(7); return {} };';
    expect(await codeOf(hostile.run(code))).toBe('MT_SERVICE_TIMEOUT');
    expect(hostile.invocations.at(-1)).toMatchObject({ outcome: 'ended' });
    expect(await codeOf(hostile.run(code))).toBe('MT_SERVICE_QUARANTINED');
    expect((await good.run(`export default () => ({ body: 'fine' })`)).body.toString()).toBe('fine');
  });

  it('of memory fails, and its instance is discarded', async () => {
    const tenant = await newTenant();
    const code = 'export default () => { const all = []; for (;;) all.push(new Array(10_000).fill(1)); };';
    expect(await codeOf(tenant.run(code))).toBe('MT_SERVICE_FAILED');
    expect(tenant.invocations.at(-1)).toMatchObject({ outcome: 'memory' });
    expect(tenant.runtime.instances).toBe(1);
    expect(await codeOf(tenant.run('export default () => ({})'))).toBe('ok');
  });

  it('of its stack fails, and the next request is answered', async () => {
    const tenant = await newTenant();
    expect(await codeOf(tenant.run('const f = () => 1 + f(); export default () => f();'))).toBe('MT_SERVICE_FAILED');
    expect(await codeOf(tenant.run('export default () => ({})'))).toBe('ok');
  });

  it('of time is answered as late', async () => {
    const tenant = await newTenant({ limits: { wallMs: 50 } });
    expect(await codeOf(tenant.run('export default () => new Promise(() => {});'))).toBe('MT_SERVICE_TIMEOUT');
  });

  it('of size is refused, in the request, the response and the arguments of a host call', async () => {
    const fetch = async (): Promise<null> => null;
    const tenant = await newTenant({ limits: { maxTextLength: 1_024 }, capabilities: new Map([['fetch', fetch]]) });
    const { run } = tenant;
    expect(await codeOf(run('export default () => ({})', { body: 'x'.repeat(1_024) }))).toBe(
      'MT_SERVICE_REQUEST_TOO_LARGE',
    );
    expect(await codeOf(run('export default () => ({ body: "x".repeat(1_024) })'))).toBe('MT_SERVICE_FAILED');
    const code =
      'export default async (_, { fetch }) => ({ body: await fetch("x".repeat(1_024)).catch((error) => error.message) })';
    expect((await run(code)).body.toString()).toBe('The arguments are longer than 1024 characters.');
  });

  it('of host calls or log lines gets an error inside', async () => {
    const granted = new Map<string, Capability>([
      ['fetch', async () => 1],
      ['log.info', async () => undefined],
    ]);
    const { run } = await newTenant({
      limits: { hostCallsPerRequest: 3, logLinesPerRequest: 2 },
      capabilities: granted,
    });
    const calls =
      'export default async (_, { fetch }) => { let n = 0; try { for (;;) n += await fetch(); } catch (error) { return { body: n + error.message } } };';
    expect((await run(calls)).body.toString()).toBe('3A request may call the host 3 times.');
    const lines =
      'export default (_, { log }) => { let n = 0; try { for (;;) { log.info("a"); n++ } } catch (error) { return { body: n + error.message } } };';
    expect((await run(lines)).body.toString()).toBe('2A request may log 2 lines.');
  });

  it('of concurrency is refused at once', async () => {
    const tenant = await newTenant({
      limits: { concurrency: 1 },
      capabilities: new Map([['fetch', () => new Promise<null>(() => undefined)]]),
    });
    const first = tenant.run('export default (_, { fetch }) => fetch();');
    expect(await codeOf(tenant.run('export default () => ({})'))).toBe('MT_SERVICE_BUSY');
    await tenant.runtime.close();
    expect(await codeOf(first)).toBe('MT_SERVICE_INTERRUPTED');
  });

  it('three times in a row has its tenant paused', async () => {
    const tenant = await newTenant();
    const codes: unknown[] = [];
    for (let i = 0; i < 4; i++) codes.push(await codeOf(tenant.run('export default () => { for (;;); };')));
    expect(codes).toEqual([...Array.from({ length: 3 }, () => 'MT_SERVICE_TIMEOUT'), 'MT_SERVICE_QUARANTINED']);
  });
});

describe('an engine with few places', () => {
  it('unloads what no request used for longest, and refuses while all are in use', async () => {
    const small = new EngineForTests({ maxInstances: 2 });
    try {
      const pause = (): Promise<null> => new Promise<null>(() => undefined);
      const foo = await small.tenant('foo', { capabilities: new Map([['fetch', pause]]) });
      const counting = 'let n = 0; export default () => ({ body: String(++n) })';
      for (const name of ['a', 'b', 'a', 'c']) await foo.runAs(name, 1, counting);
      expect((await foo.runAs('a', 1, counting)).body.toString()).toBe('3');
      const waiting = 'export default (_, { fetch }) => fetch();';
      for (const name of ['d', 'e']) foo.runAs(name, 1, waiting).catch(() => undefined);
      expect(await codeOf(foo.runAs('a', 1, counting))).toBe('MT_SERVICE_CAPACITY');
    } finally {
      await small.close();
    }
  });
});
