import { inspect } from 'node:util';
import { toProblem } from '@tenantry/core';
import { migrateCatalog, PlacementTakenError, PostgresPlacements } from '@tenantry/postgres';
import type { PlacementMove, PlacementTarget, SqlDatabase, TenantPlacement } from '@tenantry/postgres';
import { CATALOG_MIGRATIONS } from '../../libs/postgres/src/catalog/catalog-migrations.js';
import { createCatalogDatabase } from '../support/catalog-database.js';
import type { CatalogDatabase } from '../support/catalog-database.js';

const OWN: PlacementTarget = { strategy: 'own', host: 'db7.example', database: 'app' };
const at = (database: string): PlacementTarget => ({ ...OWN, database });

describe('a database that a placement names', () => {
  let catalog: CatalogDatabase;
  let placements: PostgresPlacements;

  beforeAll(async () => {
    catalog = await createCatalogDatabase();
    placements = new PostgresPlacements(catalog.app);
  });
  afterAll(() => catalog.close());
  beforeEach(() => catalog.admin.query('truncate tenantry.placements'));

  const taken = (tenantId: string, heldBy: string): unknown =>
    expect.objectContaining({ code: 'MT_PLACEMENT_INVALID', tenantId, heldBy });
  const changed = async (
    from: TenantPlacement,
    target: PlacementTarget,
    move: PlacementMove | null,
  ): Promise<TenantPlacement> =>
    (await placements.change({ from, target, generation: from.generation, move })) as TenantPlacement;

  it.each<[string, PlacementTarget]>([
    ['in the same words', OWN],
    ['with its host in another case', { ...OWN, host: 'DB7.Example' }],
    ['with the default port', { ...OWN, port: 5432 }],
    ['with a dot behind its host', { ...OWN, host: 'db7.example.' }],
    ['by another strategy', { ...OWN, strategy: 'another' }],
    ['in all these ways', { strategy: 'another', host: 'dB7.eXample.', port: 5432, database: 'app' }],
  ])('is one tenant’s: another is refused who names it %s', async (_how, target) => {
    await placements.place('Foo', OWN);
    await expect(placements.place('bar', target)).rejects.toThrow(taken('bar', 'Foo') as Error);
    expect(await placements.find('bar')).toBeNull();
  });

  it.each<[string, string]>([
    ['::1', '0:0:0:0:0:0:0:1'],
    ['2001:DB8::7', '2001:db8:0::7'],
  ])('is the same at the addresses %s and %s', async (one, other) => {
    await placements.place('foo', { ...OWN, host: one });
    await expect(placements.place('bar', { ...OWN, host: other })).rejects.toThrow(taken('bar', 'foo') as Error);
  });

  it.each<[string, PlacementTarget]>([
    ['the name differs in case', { ...OWN, database: 'APP' }],
    ['the port is another', { ...OWN, port: 5433 }],
    ['the host is another', { ...OWN, host: 'db8.example' }],
    ['no database is named', { strategy: 'own', host: 'db7.example' }],
  ])('is another one where %s', async (_how, target) => {
    await placements.place('foo', OWN);
    expect(await placements.place('bar', target)).toMatchObject({ tenantId: 'bar' });
  });

  it('may be many tenants’ where no placement names one: those share what their strategy knows', async () => {
    for (const tenantId of ['a', 'b', 'c']) await placements.place(tenantId, { strategy: 'shared' });
    expect(await placements.find('c')).toMatchObject({ target: { strategy: 'shared' } });
  });

  it('can be named to its own tenant again, spelled otherwise', async () => {
    await placements.place('foo', OWN);
    expect(await placements.place('foo', { ...OWN, host: 'DB7.example.', port: 5432 })).toMatchObject({ target: OWN });
  });

  it('is given to one of many who come at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      const target = at(`round_${round}`);
      const results = await Promise.allSettled(
        ['a', 'b', 'c', 'd'].map((id) => placements.place(`${id}${round}`, target)),
      );
      const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      expect(refusals).toHaveLength(3);
      for (const refusal of refusals) expect(refusal).toBeInstanceOf(PlacementTakenError);
    }
    const { rows } = await catalog.admin.query(`select count(*)::int as all, count(distinct database)::int as databases
      from tenantry.placements`);
    expect(rows).toEqual([{ all: 20, databases: 20 }]);
  });

  it('is the tenant’s from the beginning of its move there, and the old one until its rows are gone', async () => {
    let foo = await placements.place('foo', at('old'));
    const refusesBoth = async (): Promise<void> => {
      for (const database of ['old', 'new']) {
        await expect(placements.place('bar', at(database))).rejects.toThrow(taken('bar', 'foo') as Error);
      }
    };
    foo = await changed(foo, at('old'), { step: 'shut', to: at('new') });
    await refusesBoth();
    foo = await changed(foo, at('new'), { step: 'switched', from: at('old'), fromGeneration: 1, tables: [] });
    await refusesBoth();
    foo = await changed(foo, at('new'), { step: 'removed', from: at('old') });
    await refusesBoth();
    await changed(foo, at('new'), null);
    expect(await placements.place('bar', at('old'))).toMatchObject({ target: at('old') });
    await expect(placements.place('baz', at('new'))).rejects.toThrow(taken('baz', 'foo') as Error);
  });

  it('cannot be moved to while another tenant has it', async () => {
    await placements.place('foo', at('old'));
    const bar = await placements.place('bar', { strategy: 'shared' });
    const change = changed(bar, { strategy: 'shared' }, { step: 'shut', to: at('old') });
    await expect(change).rejects.toThrow(taken('bar', 'foo') as Error);
    expect(await placements.find('bar')).toMatchObject({ move: null });
  });

  it('is free when the placement of its tenant is deleted', async () => {
    await placements.place('foo', OWN);
    await placements.forget('foo');
    expect(await placements.place('bar', OWN)).toMatchObject({ tenantId: 'bar' });
  });

  it('is held also against placements made by hand', async () => {
    await placements.place('foo', OWN);
    const byHand = catalog.app.query(
      `insert into tenantry.placements (tenant_key, tenant_id, strategy, host, database, generation)
       values ('bar', 'bar', 'own', 'db7.example', 'app', 1)`,
    );
    await expect(byHand).rejects.toMatchObject({ code: '23505', detail: 'foo' });
    await placements.place('bar', { strategy: 'shared' });
    const changing = catalog.app.query(
      `update tenantry.placements set host = 'db7.example', database = 'app' where tenant_key = 'bar'`,
    );
    await expect(changing).rejects.toMatchObject({ code: '23505' });
    await expect(catalog.app.query('delete from tenantry.placed_databases')).rejects.toMatchObject({ code: '42501' });
  });

  it('names who has it to operators only', async () => {
    await placements.place('secret-customer', OWN);
    const error = (await placements.place('bar', OWN).catch((reason: unknown) => reason)) as PlacementTakenError;
    expect(error.heldBy).toBe('secret-customer');
    expect(error.message).not.toContain('secret-customer');
    expect(JSON.stringify([toProblem(error), error.message])).not.toContain('secret-customer');
    expect(inspect(error)).toContain(`heldBy: 'secret-customer'`);
  });
});

describe('placements from before databases were held', () => {
  const before = async (admin: SqlDatabase, ...databases: readonly string[]): Promise<void> => {
    await admin.query('drop schema tenantry cascade; create schema tenantry');
    for (const { sql } of CATALOG_MIGRATIONS.slice(0, 6)) await admin.query(sql);
    await admin.query(`create table tenantry.migrations (version integer primary key, name text not null);
      insert into tenantry.migrations select n, 'older' from generate_series(1, 6) n`);
    for (const [index, database] of databases.entries()) {
      await admin.query(
        `insert into tenantry.placements (tenant_key, tenant_id, strategy, host, database, generation) values ($1, $1, 'own', 'db7', $2, 1)`,
        [`t${index}`, database],
      );
    }
  };

  it('hold theirs, and stop the update with the names where two have one', async () => {
    const { admin, close } = await createCatalogDatabase();
    await before(admin, 'one', 'one');
    await expect(migrateCatalog(admin)).rejects.toMatchObject({
      message: expect.stringMatching(/tenant t1 names a database/) as string,
      detail: 't0',
    });
    await before(admin, 'one', 'two');
    expect((await migrateCatalog(admin)).applied).toHaveLength(1);
    const placements = new PostgresPlacements(admin);
    const placing = placements.place('bar', { strategy: 'own', host: 'DB7', database: 'two' });
    await expect(placing).rejects.toMatchObject({ heldBy: 't1' });
    await close();
  });
});
