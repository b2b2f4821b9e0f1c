import { setImmediate } from 'node:timers/promises';
import { SET_UPS } from '../../isolation/support/isolated-data.js';
import type { IsolatedData } from '../../isolation/support/isolated-data.js';
import { A, B, TENANTS } from '../../isolation/support/tenants-server.js';
import { AT_ONCE, expectedOf, interleavedCalls } from '../support/interleaved-calls.js';
import { TenantStores } from '../support/tenant-stores.js';
import { Prisma } from './generated/client.js';
import { prismaStore } from './prisma-store.js';
import { makeTaskTables, resetTasks, taskBodiesOf } from './task-tables.js';
import { transactionsOn } from './tenant-transactions.js';
import type { AllTransactions } from './tenant-transactions.js';

const CALLS = Number(process.env['PRISMA_CALLS'] ?? 1_000);
const onPurpose = new Error('on purpose');

describe.each(SET_UPS)('Prisma on %s', (strategy, open) => {
  let data: IsolatedData;
  let tenants: AllTransactions;
  beforeAll(async () => {
    data = await open();
    await makeTaskTables(strategy, data);
    tenants = await transactionsOn(data, 1);
  });
  beforeEach(() => resetTasks(data));
  afterAll(async () => {
    await tenants.close();
    await data.close();
  });

  const projectWithTask = (tenantId: string): object[] => [
    { id: 1, body: `${tenantId} 1`, tasks: [{ id: 1, projectId: 1, body: `${tenantId} task 1` }] },
  ];
  const unchanged = async (): Promise<void> => {
    for (const tenantId of TENANTS) {
      const found = await tenants
        .of(tenantId)
        .transaction((tx) => tx.project.findMany({ where: { id: 1 }, include: { tasks: true } }));
      expect(found).toEqual(projectWithTask(tenantId));
    }
  };

  it('writes nested rows, and follows relations to rows of the same tenant', async () => {
    const written = await tenants.of(A).transaction((tx) =>
      tx.project.create({
        data: { id: 3, body: `${A} 3`, tasks: { create: [{ id: 3, body: `${A} task 3` }] } },
        include: { tasks: true },
      }),
    );
    expect(written).toMatchObject({ id: 3, tasks: [{ id: 3, projectId: 3, body: `${A} task 3` }] });
    expect(await taskBodiesOf(data, A)).toContain(`${A} task 3`);
    await tenants.of(B).transaction(async (tx) => {
      expect(await tx.project.findUnique({ where: { id: 3 } })).toBeNull();
      expect(await tx.task.findMany({ include: { project: true } })).toEqual([
        expect.objectContaining({ body: `${B} task 1`, project: { id: 1, body: `${B} 1` } }),
      ]);
    });
    await unchanged();
  });

  it('connects no row of another tenant', async () => {
    await tenants.of(B).transaction((tx) => tx.task.create({ data: { id: 77, projectId: 7, body: `${B} task 77` } }));
    const connecting = tenants
      .of(A)
      .transaction((tx) => tx.project.update({ where: { id: 1 }, data: { tasks: { connect: { id: 77 } } } }));
    await expect(connecting).rejects.toMatchObject({ code: 'P2018' });
    await unchanged();
    expect(await taskBodiesOf(data, B)).toContain(`${B} task 77`);
  });

  it('undoes a nested write as a whole', async () => {
    const failing = tenants.of(A).transaction((tx) =>
      tx.project.create({
        data: {
          id: 3,
          body: `${A} 3`,
          tasks: {
            create: [
              { id: 3, body: `${A} task 3` },
              { id: 1, body: `${A} again` },
            ],
          },
        },
      }),
    );
    await expect(failing).rejects.toMatchObject({ code: 'P2002' });
    expect(await data.bodiesOf(A)).not.toContain(`${A} 3`);
    await unchanged();
  });

  it('does the steps of a batch as a whole or not at all', async () => {
    const done = await tenants
      .of(A)
      .batch((prisma) => [
        prisma.project.create({ data: { id: 3, body: `${A} 3` } }),
        prisma.project.findMany({ orderBy: { id: 'asc' } }),
        prisma.$queryRaw`select body from project where id = ${3}`,
      ]);
    expect(done[1]).toMatchObject([{ body: `${A} 1` }, { body: `${A} 2` }, { body: `${A} 3` }]);
    expect(done[2]).toEqual([{ body: `${A} 3` }]);
    const failing = tenants
      .of(A)
      .batch((prisma) => [
        prisma.project.create({ data: { id: 4, body: `${A} 4` } }),
        prisma.task.create({ data: { id: 1, projectId: 4, body: `${A} again` } }),
      ]);
    await expect(failing).rejects.toMatchObject({ code: 'P2002' });
    expect(await data.bodiesOf(A)).not.toContain(`${A} 4`);
    expect(await tenants.of(B).batch((prisma) => [prisma.project.count()])).toEqual([2]);
  });

  it('answers raw queries with the rows of the tenant, whatever they ask for', async () => {
    await tenants.of(A).transaction(async (tx) => {
      expect(await tx.$queryRaw`select body from project where starts_with(body, ${B})`).toEqual([]);
      expect(await tx.$queryRawUnsafe('select body from project where id = $1 or true order by id', 1)).toEqual([
        { body: `${A} 1` },
        { body: `${A} 2` },
      ]);
      expect(await tx.$executeRaw`update project set body = ${`${A} was here`} where starts_with(body, ${B})`).toBe(0);
      const ids = Prisma.join([1, 2]);
      expect(await tx.$queryRaw(Prisma.sql`select count(*)::int as n from project where id in (${ids})`)).toEqual([
        { n: 2 },
      ]);
    });
    await unchanged();
  });

  it('runs nothing of a transaction that has been rolled back, whatever uses its connection', async () => {
    const failing = tenants.of(A).transaction((tx) => {
      const failingMeanwhile = async (): Promise<never> => {
        for (let turn = 0; turn < 10; turn += 1) await setImmediate();
        throw onPurpose;
      };
      return Promise.all([tx.project.update(changesOfTask(`${A} was here`)), failingMeanwhile()]);
    });
    const next = tenants.of(B).transaction(async (tx) => {
      for (let n = 0; n < 20; n += 1) await tx.$queryRaw`select 1`;
      return tx.task.findMany();
    });
    await expect(failing).rejects.toBe(onPurpose);
    expect(await next).toMatchObject([{ body: `${B} task 1` }]);
    await unchanged();
  });

  it('runs nothing of a transaction that has outlived its time, whatever uses its connection', async () => {
    for (let timeout = 1; timeout <= 10; timeout += 1) {
      const late = tenants.of(A).transaction((tx) => tx.project.update(changesOfTask(`${A} was here`)), { timeout });
      const next = tenants.of(B).transaction(async (tx) => {
        for (let n = 0; n < 20; n += 1) await tx.$queryRaw`select 1`;
        return tx.task.findMany();
      });
      await expect(late).rejects.toThrow();
      expect(await next).toMatchObject([{ body: `${B} task 1` }]);
    }
    await unchanged();
  });

  it('gives back the connection of a transaction that could not begin in time', async () => {
    const { transaction } = tenants.of(A);
    await transaction(async (tx) => {
      const waiting = transaction(() => Promise.resolve(), { maxWait: 1 });
      await expect(waiting).rejects.toMatchObject({ code: 'P2028' });
      await tx.project.create({ data: { id: 3, body: `${A} 3` } });
    });
    expect(await data.bodiesOf(A)).toContain(`${A} 3`);
    await unchanged();
  });

  it(`answers ${CALLS} interleaved calls, ${AT_ONCE} at once on two connections, without a foreign row`, async () => {
    const stores = await TenantStores.open(prismaStore, data, { max: 2 });
    try {
      expect(await interleavedCalls(stores, CALLS)).toEqual(expectedOf(CALLS));
    } finally {
      await stores.close();
    }
  }, 120_000);
});

/** One call to Prisma that takes a good many statements. */
function changesOfTask(body: string): Prisma.ProjectUpdateArgs {
  const change = { where: { id: 1 }, data: { body } };
  return { where: { id: 1 }, data: { tasks: { updateMany: Array.from({ length: 500 }, () => change) } } };
}
