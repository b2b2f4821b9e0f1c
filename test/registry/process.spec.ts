import { compileRegistry, runAlone } from './support/child.js';

let compiled: ReturnType<typeof compileRegistry>;
beforeAll(() => (compiled = compileRegistry()));
afterAll(() => compiled.remove());

describe('R14: a process ends by itself', () => {
  it('with clients idle, leased, pinned and past their lifetime', async () => {
    const script = `
      const registry = new TenantClientRegistry({
        name: 'db', idleTimeoutMs: 1e12, maxLifetimeMs: 1, createTimeoutMs: 1e12, maxClients: 5,
        create: (id) => (made.has(id) ? new Promise(() => undefined) : (made.add(id), { id })),
      });
      const made = new Set();
      (await registry.acquire('idle')).release();
      await registry.acquire('held');
      (await registry.acquire('pinned')).release();
      registry.pin('pinned');
      await new Promise((resolve) => setTimeout(resolve, 5));
      registry.get('idle');
      process.on('exit', () => console.log(JSON.stringify(registry.stats())));
    `;
    const stats = JSON.parse(await runAlone(compiled.folder, script)) as object;
    expect(stats).toMatchObject({ size: 3, creating: 1, leases: 1 });
  });
});

describe('R24: a process stays alive while a caller awaits', () => {
  /** Each script has nothing else to do than to await; it has finished when it prints what came of it. */
  const hang = 'new Promise(() => undefined)';
  const scripts: Record<string, string> = {
    'a factory that misses its deadline': `
      const registry = new TenantClientRegistry({ name: 'db', createTimeoutMs: 50, create: () => ${hang} });
      const done = await registry.acquire('foo').catch((error) => error.code);`,
    'an acquisition that runs out of time': `
      const registry = new TenantClientRegistry({ name: 'db', acquireTimeoutMs: 50, create: () => ${hang} });
      const done = await registry.acquire('foo').catch((error) => error.code);`,
    'a place in a full registry': `
      const registry = new TenantClientRegistry({ name: 'db', maxClients: 1, acquireTimeoutMs: 50, create: (id) => ({ id }) });
      await registry.acquire('foo');
      const done = [
        await registry.acquire('bar').catch((error) => error.code),
        await registry.add('bar', {}).catch((error) => error.code),
        await registry.createFrom('bar', {}).catch((error) => error.code),
      ].join();`,
    'a refresh whose factory hangs': `
      const made = [];
      const create = (id) => (made.push(id) > 1 ? ${hang} : { id });
      const registry = new TenantClientRegistry({ name: 'db', createTimeoutMs: 50, create });
      (await registry.acquire('foo')).release();
      const done = await registry.refresh('foo').catch((error) => error.code);`,
    'an eviction that waits for a lease': `
      const registry = new TenantClientRegistry({ name: 'db', drainTimeoutMs: 50, create: (id) => ({ id }) });
      await registry.acquire('foo');
      const done = await registry.evict('foo');`,
    'a close whose lease and disposer never end': `
      const registry = new TenantClientRegistry({ name: 'db', disposeTimeoutMs: 50, create: (id) => ({ id }), dispose: () => ${hang} });
      await registry.acquire('foo');
      const done = (await registry.close({ deadlineMs: 50 })).forced.join();`,
    'a clean-up whose disposer and check never end': `
      const limits = { disposeTimeoutMs: 50, createTimeoutMs: 50 };
      const registry = new TenantClientRegistry({ name: 'db', ...limits, create: (id) => ({ id }), dispose: () => ${hang}, check: () => ${hang} });
      (await registry.acquire('foo')).release();
      await registry.acquire('bar');
      const done = (await registry.cleanUp(0)).map(({ cause }) => cause).join();`,
  };
  const results: Record<string, string> = {
    'a factory that misses its deadline': 'MT_CLIENT_CREATE_TIMEOUT',
    'an acquisition that runs out of time': 'MT_CLIENT_CREATE_TIMEOUT',
    'a place in a full registry': 'MT_REGISTRY_CAPACITY,MT_REGISTRY_CAPACITY,MT_REGISTRY_CAPACITY',
    'a refresh whose factory hangs': 'MT_CLIENT_CREATE_TIMEOUT',
    'an eviction that waits for a lease': 'true',
    'a close whose lease and disposer never end': 'foo',
    'a clean-up whose disposer and check never end': 'idle,unhealthy',
  };

  it('for every promise of a registry, and ends by itself after it', async () => {
    const names = Object.keys(scripts);
    // One process after the other awaits nothing but the next promise of the list.
    const script = names
      .map((name, at) => `const r${at} = await (async () => {${scripts[name]}\nreturn String(done);})();`)
      .join('\n');
    const printed = await runAlone(
      compiled.folder,
      `${script}\nconsole.log(JSON.stringify([${names.map((_, at) => `r${at}`).join()}]));`,
    );
    expect(JSON.parse(printed)).toEqual(names.map((name) => results[name]));
  });
});

describe('R19: memory is flat over churn', () => {
  it('grows by less than 10 bytes for each client that comes, is used and goes', async () => {
    const script = `
      const registry = new TenantClientRegistry({
        name: 'db', maxClients: 100, template: { a: 1 }, create: async (id) => ({ id }), dispose: async () => undefined,
      });
      let next = 0;
      const churn = async (count) => {
        for (let done = 0; done < count; done += 50) {
          await Promise.all(Array.from({ length: 50 }, async () => {
            const id = 't' + next++;
            await registry.use(id, () => undefined);
            if (next % 2 === 0) await registry.refresh(id);
            await registry.evict(id);
          }));
        }
        globalThis.gc();
        return process.memoryUsage().heapUsed;
      };
      await churn(10_000);
      const before = await churn(1_000);
      console.log(((await churn(30_000)) - before) / 30_000);
    `;
    expect(Number(await runAlone(compiled.folder, script, ['--expose-gc']))).toBeLessThan(10);
  });

  it('an idle client costs at most 256 bytes beside itself and its id', async () => {
    const script = `
      const count = 100_000;
      const clients = Array.from({ length: count }, (_, n) => ({ id: 'tenant-' + n }));
      for (const { id } of clients) id.charCodeAt(0), new Map([[id, 1]]);
      const registry = new TenantClientRegistry({ name: 'db', maxClients: Infinity, create: (id) => clients[Number(id.slice(7))] });
      const heap = () => (globalThis.gc(), process.memoryUsage().heapUsed);
      const before = heap();
      for (const { id } of clients) (await registry.acquire(id)).release();
      await new Promise((resolve) => setTimeout(resolve, 10));
      console.log((heap() - before) / count, registry.size, clients.length);
    `;
    const [bytes, size] = (await runAlone(compiled.folder, script, ['--expose-gc'])).split(' ').map(Number);
    expect(size).toBe(100_000);
    expect(bytes).toBeLessThanOrEqual(256);
  });
});
