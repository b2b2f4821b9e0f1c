import { All, Controller, Module } from '@nestjs/common';
import {
  CachedTenantCatalog,
  getTenantClientRegistryToken,
  InjectTenantClient,
  MultitenancyModule,
} from '@tenantry/core';
import type { TenantClientRegistry } from '@tenantry/core';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compileRegistry } from '../registry/support/child.js';
import { ADAPTERS, call, startApp } from '../support/http.js';
import { EVERY_RESOLVER, someTenants } from './support/resolution-app.js';

/** A million look-ups take seconds, and longer on a busy machine. */
const PATIENCE_MS = 180_000;

async function runAlone(folder: string, script: string): Promise<string> {
  const file = join(folder, 'script.js');
  writeFileSync(file, script);
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', file], { timeout: PATIENCE_MS });
  return stdout;
}

describe('1,000,000 unknown tenant names', () => {
  let compiled: ReturnType<typeof compileRegistry>;
  beforeAll(() => (compiled = compileRegistry()));
  afterAll(() => compiled.remove());

  it(
    'leave a bounded negative cache, create and evict no client, and grow the heap by less than 20 MB',
    async () => {
      const script = `
      import { TenantClientRegistry } from './registry/tenant-client-registry.js';
      import { CachedTenantCatalog } from './catalog/cached-tenant-catalog.js';
      import { InMemoryTenantCatalog } from './catalog/in-memory-tenant-catalog.js';
      import { TenantDirectory } from './catalog/tenant-directory.js';
      const tenants = ['foo', 'bar', 'baz'];
      const source = new InMemoryTenantCatalog(tenants.map((id) => ({ id, domain: id + '.com' })));
      const cache = new CachedTenantCatalog(source, { ttlMs: 1e9, negativeTtlMs: 1e9 });
      const directory = new TenantDirectory(cache);
      const registry = new TenantClientRegistry({ name: 'db', maxClients: 3, create: (id) => ({ id }) });
      const serve = async (identifier) => {
        const tenant = await directory.find(identifier);
        if (tenant !== null) await registry.use(tenant.id, () => undefined);
      };
      const heap = () => (globalThis.gc(), process.memoryUsage().heapUsed);
      const nameOf = (n) => 'unknown-' + n + '.example.com';
      // Cut out of a long request, as resolvers do, which nothing may keep alive.
      const cutOut = (n) => Buffer.from(nameOf(n) + '/'.repeat(8_000)).toString('latin1').slice(0, nameOf(n).length);
      for (const id of tenants) await serve(id + '.com');
      const before = heap();
      for (let n = 0; n < 1_000_000; n += 50) {
        await Promise.all(Array.from({ length: 50 }, (_, i) => serve(n < 985_000 ? nameOf(n + i) : cutOut(n + i))));
      }
      const { size, creations, evictions } = registry.stats();
      let cached = 0;
      for (let n = 0; n < 1_000_000; n += 1) if (cache.peekByIdentifier(nameOf(n)) === null) cached += 1;
      console.log(JSON.stringify({
        grownMb: (heap() - before) / 1e6, cached, size, created: creations.count,
        evicted: Object.values(evictions).reduce((sum, count) => sum + count, 0),
        known: tenants.filter((id) => cache.peekByIdentifier(id + '.com')).length,
      }));
    `;
      const result = JSON.parse(await runAlone(compiled.folder, script)) as { grownMb: number };
      expect(result).toMatchObject({ cached: 10_000, size: 3, created: 3, evicted: 0, known: 3 });
      expect(result.grownMb).toBeLessThan(20);
    },
    PATIENCE_MS,
  );
});

@Controller()
class ClientController {
  constructor(@InjectTenantClient('db') private readonly db: { whose: string }) {}

  @All(['/', '*'])
  get(): object {
    return { whose: this.db.whose };
  }
}

describe.each(ADAPTERS)('unknown tenant names on %s', (adapter) => {
  it('reach no client, by whichever place they come', async () => {
    const disposed: string[] = [];

    @Module({
      imports: [
        MultitenancyModule.forRoot({
          catalog: new CachedTenantCatalog(await someTenants()),
          resolvers: EVERY_RESOLVER,
        }),
        MultitenancyModule.forFeature({
          name: 'db',
          maxClients: 1,
          create: ({ id }) => ({ whose: id }),
          dispose: (_client, { tenantId }) => void disposed.push(tenantId),
        }),
      ],
      controllers: [ClientController],
    })
    class AppModule {}

    const app = await startApp(AppModule, adapter);
    try {
      const registry = app.get<TenantClientRegistry<object>>(getTenantClientRegistryToken('db'), { strict: false });
      expect((await call(app, '/t/foo.com/x')).json).toEqual({ whose: 'foo' });
      for (let n = 0; n < 100; n += 1) {
        const answers = await Promise.all([
          call(app, `/t/unknown-${n}.com/x`),
          call(app, '/x', { headers: { host: `unknown-${n}.com` } }),
          call(app, '/x', { headers: { 'x-tenant-id': `unknown-${n}` } }),
          call(app, '/x', { headers: { authorization: `Bearer signed-unknown-${n}` } }),
        ]);
        expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
      }
      expect(registry.stats()).toMatchObject({ size: 1, creations: { count: 1 }, failures: 0 });
      expect(disposed).toEqual([]);
    } finally {
      await app.close();
    }
  });
});
