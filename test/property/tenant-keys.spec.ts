import { CachedTenantCatalog, InMemoryTenantCatalog, TenantClientRegistry } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import fc from 'fast-check';
import { TenantMap } from '../../libs/core/src/registry/tenant-map.js';

/** Few letters in both cases, so that spellings of one id are common. */
const id = fc.stringMatching(/^[abAB1]([abAB1._-]{0,3}[abAB1])?$/);

type Step = readonly ['set' | 'delete' | 'look', string];
const steps = fc.array(fc.tuple(fc.constantFrom<Step[0]>('set', 'delete', 'look'), id), { maxLength: 40 });

describe('a map keyed by tenant', () => {
  it('holds one entry for all spellings of an id, and never one for two ids', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const map = new TenantMap<string>();
        const model = new Map<string, string>();
        for (const [step, key] of history) {
          if (step === 'set') map.set(key, key.toLowerCase());
          if (step === 'set') model.set(key.toLowerCase(), key.toLowerCase());
          if (step === 'delete') expect(map.delete(key)).toBe(model.delete(key.toLowerCase()));
          expect(map.get(key)).toBe(model.get(key.toLowerCase()));
          expect(map.size).toBe(model.size);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a registry', () => {
  it('makes one client for all spellings of an id, and never leases one tenant’s to another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(id, { minLength: 1, maxLength: 20 }), async (ids) => {
        const made: string[] = [];
        const create = (tenantId: string): { whose: string } => {
          made.push(tenantId.toLowerCase());
          return { whose: tenantId.toLowerCase() };
        };
        const registry = new TenantClientRegistry({ name: 'db', create });
        const leased = await Promise.all(ids.map((tenant) => registry.use(tenant, ({ whose }) => whose)));
        expect(leased).toEqual(ids.map((tenant) => tenant.toLowerCase()));
        expect([...made].sort()).toEqual([...new Set(leased)].sort());
        await registry.close();
      }),
      { numRuns: 300 },
    );
  });
});

/** Names and ids that tenants take from each other. */
const IDS = ['one', 'two', 'three'];
const NAMES = ['a.com', 'b.com', 'c.com', 'd.com'];

/** Answers what was true when it was asked, some turns later. */
class SlowCatalog extends InMemoryTenantCatalog {
  readonly #turns: () => number;

  constructor(turns: () => number) {
    super();
    this.#turns = turns;
  }

  override async findByIdentifier(identifier: string): Promise<Tenant | null> {
    const answer = this.peekByIdentifier(identifier);
    for (let turn = this.#turns(); turn > 0; turn -= 1) await Promise.resolve();
    return answer;
  }
}

interface Act {
  readonly kind: 'look' | 'create' | 'rename' | 'alias' | 'suspend' | 'activate' | 'delete';
  readonly tenant: string;
  readonly name: string;
  readonly turns: number;
}

const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom<Act['kind']>(
    'look',
    'look',
    'look',
    'create',
    'rename',
    'alias',
    'suspend',
    'activate',
    'delete',
  ),
  tenant: fc.constantFrom(...IDS),
  name: fc.constantFrom(...NAMES),
  turns: fc.nat(12),
});

async function change(catalog: InMemoryTenantCatalog, { kind, tenant, name }: Act): Promise<void> {
  if (kind === 'create') await catalog.create({ id: tenant, domain: name });
  if (kind === 'rename') await catalog.rename(tenant, name);
  if (kind === 'alias') await catalog.update(tenant, { aliases: [name] });
  if (kind === 'suspend') await catalog.suspend(tenant);
  if (kind === 'activate') await catalog.activate(tenant);
  if (kind === 'delete') await catalog.delete(tenant);
}

describe('a cached catalog', () => {
  it('that is notified of every change answers each name with the tenant that has it, whatever was under way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { maxLength: 30 }),
        fc.array(fc.nat(12), { minLength: 1 }),
        async (acts, delays) => {
          let asked = 0;
          const catalog = new SlowCatalog(() => delays[(asked += 1) % delays.length] ?? 0);
          const cache = new CachedTenantCatalog(catalog, { ttlMs: 1e9, negativeTtlMs: 1e9 });
          const underWay: Promise<unknown>[] = [];
          for (const each of acts) {
            if (each.kind === 'look')
              underWay.push(cache.findByIdentifier(each.name), cache.findByIdentifier(each.tenant));
            else {
              const before = await catalog.findById(each.tenant);
              await change(catalog, each).catch(() => undefined);
              cache.invalidate(before, await catalog.findById(each.tenant));
            }
            for (let turn = each.turns; turn > 0; turn -= 1) await Promise.resolve();
          }
          await Promise.all(underWay);
          for (const name of [...NAMES, ...IDS]) {
            expect(await cache.findByIdentifier(name)).toEqual(catalog.peekByIdentifier(name));
            expect(cache.peekByIdentifier(name)).toEqual(catalog.peekByIdentifier(name));
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
