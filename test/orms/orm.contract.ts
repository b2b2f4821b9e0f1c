import { onBoundPool, onRowLevelSecurity, SET_UPS } from '../isolation/support/isolated-data.js';
import type { IsolatedData } from '../isolation/support/isolated-data.js';
import { A, B } from '../isolation/support/tenants-server.js';
import { until } from '../support/until.js';
import { AT_ONCE, expectedOf, interleavedCalls } from './support/interleaved-calls.js';
import type { Orm, Projects, ProjectStore } from './support/project-store.js';
import { endProcessesOf, processesOf } from './support/server-processes.js';
import { connectionsOf, TenantStores } from './support/tenant-stores.js';

/** Where tenants share tables most; elsewhere the server itself keeps them further apart. */
const MANY_CALLS = ['rowLevelSecurity', 'boundPool'];

/** What every ORM holds to, on each strategy. */
export function describeOrms(orms: readonly Orm[]): void {
  const each = orms.map((orm) => [orm.name, orm] as const);

  describe.each(SET_UPS)('on %s', (strategy, open) => {
    const calls = MANY_CALLS.includes(strategy) ? 1_000 : 100;
    let data: IsolatedData;
    beforeAll(async () => void (data = await open()));
    afterAll(() => data.close());

    describe.each(each)('%s', (_name, orm) => {
      let stores: TenantStores;
      beforeEach(async () => {
        await data.reset();
        // So that a connection that is gone was closed by the registry, and not for being idle.
        stores = await TenantStores.open(orm, data, { idleTimeoutMillis: 0 });
      });
      afterEach(() => stores.close());

      const inA = <R>(fn: (store: ProjectStore) => Promise<R>): Promise<R> => stores.use(A, fn);
      const inB = <R>(fn: (store: ProjectStore) => Promise<R>): Promise<R> => stores.use(B, fn);

      it('creates, lists, finds, changes and removes the rows of a tenant', async () => {
        await inA((store) => store.create({ id: 3, body: `${A} 3` }));
        expect(await inA((store) => store.update({ id: 1, body: `${A} 1 changed` }))).toBe(true);
        expect(await inA((store) => store.remove(2))).toBe(true);
        expect(await inA((store) => store.find(3))).toMatchObject({ id: 3, body: `${A} 3` });
        expect(await inA(bodies)).toEqual([`${A} 1 changed`, `${A} 3`]);
        expect(await inB(bodies)).toEqual([`${B} 1`, `${B} 2`]);
      });

      it('gives A, B and A their own row of the same id', async () => {
        for (const [tenantId, use] of [[A, inA] as const, [B, inB] as const, [A, inA] as const]) {
          expect(await use((store) => store.find(1))).toMatchObject({ id: 1, body: `${tenantId} 1` });
        }
      });

      it('treats the id of a foreign row as one that does not exist', async () => {
        await inB((store) => store.create({ id: 77, body: `${B} 77` }));
        expect(await inA((store) => store.find(77))).toBeNull();
        expect(await inA((store) => store.update({ id: 77, body: `${A} was here` }))).toBe(false);
        expect(await inA((store) => store.remove(77))).toBe(false);
        expect(await inB((store) => store.find(77))).toMatchObject({ body: `${B} 77` });
      });

      it('writes a transaction as a whole or not at all', async () => {
        const onPurpose = new Error('on purpose');
        const failing = inA((store) =>
          store.transaction(async (tx) => {
            await tx.create({ id: 3, body: `${A} 3` });
            await tx.remove(1);
            expect(await bodies(tx)).toEqual([`${A} 2`, `${A} 3`]);
            throw onPurpose;
          }),
        );
        await expect(failing).rejects.toBe(onPurpose);
        expect(await inA(bodies)).toEqual([`${A} 1`, `${A} 2`]);
        await inA((store) => store.transaction((tx) => tx.create({ id: 3, body: `${A} 3` })));
        expect(await data.bodiesOf(A)).toContain(`${A} 3`);
      });

      it('reports an existing row and a malformed statement by their codes, and continues', async () => {
        expect(
          await codeOf(
            orm,
            inA((store) => store.create({ id: 1, body: `${A} 1` })),
          ),
        ).toBe('23505');
        expect(
          await codeOf(
            orm,
            inA((store) => store.execute('selec 1')),
          ),
        ).toBe('42601');
        expect(
          await codeOf(
            orm,
            inA((store) => store.transaction((tx) => tx.create({ id: 1, body: `${A} 1` }))),
          ),
        ).toBe('23505');
        expect(await inA(bodies)).toEqual([`${A} 1`, `${A} 2`]);
        expect(await inB(bodies)).toEqual([`${B} 1`, `${B} 2`]);
      });

      it(`answers ${calls} interleaved calls, ${AT_ONCE} at once on one connection, without a foreign row`, async () => {
        expect(await interleavedCalls(stores, calls)).toEqual(expectedOf(calls));
        expect(await data.bodiesOf(A)).toEqual(expect.arrayContaining([`${A} 1`, `${A} 2`]));
      });

      it('survives the end of its connections, idle and within a transaction, and names its tenant on new ones', async () => {
        const cut = inA((store) =>
          store.transaction(async (tx) => {
            await tx.create({ id: 3, body: `${A} 3` });
            await endProcessesOf(data);
            return tx.list();
          }),
        );
        await expect(cut).rejects.toThrow();
        await until(() => inA(bodies).then((found) => found.length === 2, refused));
        await inB(bodies).catch(refused);
        await endProcessesOf(data);
        const again = (store: ProjectStore): Promise<string[]> => store.transaction(bodies);
        await until(() => inB(again).then((found) => found[0] === `${B} 1`, refused));
        await until(() => inA(again).then((found) => found.join() === `${A} 1,${A} 2`, refused));
      });

      it('leaves no connection behind when the registry has closed its clients', async () => {
        await inA(bodies);
        await inB(bodies);
        expect(await processesOf(data)).not.toEqual([]);
        await stores.close();
        expect(stores.registry.stats()).toMatchObject({ occupied: 0, leases: 0 });
        await until(async () => (await processesOf(data)).length === 0);
      });
    });
  });

  describe.each([
    ['rowLevelSecurity', onRowLevelSecurity],
    ['boundPool', onBoundPool],
  ] as const)('on %s', (_strategy, open) => {
    let data: IsolatedData;
    beforeAll(async () => void (data = await open()));
    afterAll(() => data.close());

    it.each(each)(
      '%s undoes a transaction whose statement the server gave up, whatever runs next',
      async (_name, orm) => {
        await data.reset();
        const stores = await TenantStores.open(orm, data, { max: 1, statement_timeout: 500, query_timeout: 20_000 });
        const slow = stores.use(A, (store) =>
          store.transaction(async (tx) => {
            await tx.create({ id: 3, body: `${A} 3` });
            await tx.execute('select pg_sleep(20)');
          }),
        );
        expect(await codeOf(orm, slow)).toBe('57014');
        for (const tenantId of [B, A, B]) {
          const seen = await stores.use(tenantId, (store) => store.transaction(bodies));
          expect(seen).toEqual([`${tenantId} 1`, `${tenantId} 2`]);
        }
        await stores.close();
        expect(await data.bodiesOf(A)).not.toContain(`${A} 3`);
      },
    );
  });

  describe.each(SET_UPS.filter(([strategy]) => strategy !== 'rowLevelSecurity'))('on %s', (_strategy, open) => {
    let data: IsolatedData;
    beforeAll(async () => void (data = await open()));
    afterAll(() => data.close());

    it.each(each)('%s refuses to begin on a connection that is not the tenant’s', async (_name, orm) => {
      const settings = await connectionsOf(data.strategy)?.(A);
      const other = await connectionsOf(data.strategy)?.(B);
      if (settings === undefined || other === undefined) throw new Error('It has no pools.');
      expect(await codeOf(orm, orm.open({ ...other, verify: settings.verify }))).toBe('MT_ISOLATION_UNSAFE');
    });
  });
}

const refused = (): boolean => false;

async function bodies(projects: Projects): Promise<string[]> {
  return (await projects.list()).map(({ body }) => body);
}

/** The code of an error, or of the error that it wraps. */
async function codeOf(orm: Orm, work: Promise<unknown>): Promise<unknown> {
  let error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  while (error instanceof Error) {
    const known = orm.codeOf?.(error);
    if (known !== undefined) return known;
    const { code, cause } = error as Error & { code?: unknown };
    if (code !== undefined) return code;
    error = cause;
  }
  return undefined;
}
