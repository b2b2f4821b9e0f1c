import { compileRegistry, runAlone } from './support/child.js';

let compiled: ReturnType<typeof compileRegistry>;
beforeAll(() => (compiled = compileRegistry()));
afterAll(() => compiled.remove());

describe('R14: a process ends by itself', () => {
  it('with clients idle, on loan, draining, being made, and waited for', async () => {
    const script = `
      const hang = () => new Promise(() => undefined);
      const registry = new TenantClientRegistry({
        name: 'db', idleTimeoutMs: 1e12, maxLifetimeMs: 1e12, createTimeoutMs: 1e12, maxClients: 5,
        create: (id) => (id === 'slow' ? hang() : { id }), dispose: hang,
      });
      (await registry.acquire('idle')).release();
      (await registry.acquire('gone')).release();
      await registry.acquire('held');
      await registry.acquire('draining');
      void registry.evict('gone');
      void registry.evict('draining');
      void registry.acquire('slow', { timeoutMs: 1e12 });
      void registry.acquire('waiting', { timeoutMs: 1e12 });
      await new Promise(setImmediate);
      process.on('exit', () => console.log(JSON.stringify(registry.stats())));
    `;
    const stats = JSON.parse(await runAlone(compiled.folder, script)) as object;
    expect(stats).toMatchObject({ size: 2, creating: 2, draining: 2, leases: 2, occupied: 5, waiting: 1 });
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
