import type { IsolatedData } from '../../isolation/support/isolated-data.js';
import { TENANTS } from '../../isolation/support/tenants-server.js';
import { settingsOf } from '../support/project-store.js';
import type { ConnectionSettings } from '../support/project-store.js';
import { schemaOf } from '../support/schema-of.js';
import { connectionsOf } from '../support/tenant-stores.js';
import type { Prisma, PrismaClient } from './generated/client.js';
import { provenPrisma } from './prisma-on.js';

/** Limits of one transaction, in milliseconds. */
export interface Limits {
  readonly maxWait?: number;
  readonly timeout?: number;
}

/** Both forms of Prisma's `$transaction`, for one tenant. */
export interface TenantTransactions {
  transaction<R>(fn: (tx: Prisma.TransactionClient) => Promise<R>, limits?: Limits): Promise<R>;
  /** @returns what each step gave */
  batch(steps: (prisma: PrismaClient) => Prisma.PrismaPromise<unknown>[]): Promise<unknown[]>;
}

/** On a client of the tenant's own. */
export function onOwnConnections(prisma: PrismaClient): TenantTransactions {
  return {
    transaction: (fn, limits) => prisma.$transaction(fn, limits),
    batch: (steps) => prisma.$transaction(steps(prisma)),
  };
}

/** On a client of all tenants: the first statement names the tenant. */
export function onSharedConnections(prisma: PrismaClient, tenantId: string): TenantTransactions {
  const nameTenant = (db: Prisma.TransactionClient): Prisma.PrismaPromise<unknown> =>
    db.$queryRaw`select set_config('tenantry.tenant_id', ${tenantId}, true)`;
  return {
    transaction: (fn, limits) =>
      prisma.$transaction(async (tx) => {
        await nameTenant(tx);
        return fn(tx);
      }, limits),
    batch: async (steps) => (await prisma.$transaction([nameTenant(prisma), ...steps(prisma)])).slice(1),
  };
}

/** The transactions of each tenant, as its strategy has them; the caller closes. */
export interface AllTransactions {
  of(tenantId: string): TenantTransactions;
  close(): Promise<void>;
}

/** @param max connections of each client */
export async function transactionsOn(data: IsolatedData, max: number): Promise<AllTransactions> {
  const connectionOf = connectionsOf(data.strategy);
  const clients = new Map<string, PrismaClient>();
  const open = async (tenantId: string, settings: ConnectionSettings): Promise<unknown> =>
    clients.set(tenantId, await provenPrisma({ ...settings, max }, schemaOf(data, tenantId)));
  for (const tenantId of TENANTS) {
    if (connectionOf !== null) await open(tenantId, await connectionOf(tenantId));
  }
  const shared = connectionOf === null ? await provenPrisma({ ...settingsOf(data.server.test.appUrl), max }) : null;
  return {
    of: (tenantId) =>
      shared === null ? onOwnConnections(clients.get(tenantId) as PrismaClient) : onSharedConnections(shared, tenantId),
    close: async () => void (await Promise.all([shared, ...clients.values()].map((prisma) => prisma?.$disconnect()))),
  };
}
