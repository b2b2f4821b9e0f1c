import { eachInTransaction } from '../support/project-store.js';
import type { Orm, Projects } from '../support/project-store.js';
import type { Prisma } from './generated/client.js';
import { provenPrisma } from './prisma-on.js';
import { onOwnConnections, onSharedConnections } from './tenant-transactions.js';

/** Prisma, a client for each tenant or one for all. */
export const prismaStore: Orm = {
  name: 'Prisma',
  async open(settings, schema) {
    const prisma = await provenPrisma(settings, schema);
    const { transaction } = onOwnConnections(prisma);
    return {
      ...projectsIn(prisma),
      transaction: (fn) => transaction((tx) => fn(projectsIn(tx))),
      close: () => prisma.$disconnect(),
    };
  },
  async share(settings) {
    const prisma = await provenPrisma(settings);
    return {
      forTenant: (tenantId) => {
        const { transaction } = onSharedConnections(prisma, tenantId);
        return eachInTransaction((fn) => transaction((tx) => fn(projectsIn(tx))));
      },
      close: () => prisma.$disconnect(),
    };
  },
  codeOf: (error) => (error as OfDriver).meta?.driverAdapterError?.cause?.originalCode,
};

/** Where Prisma keeps what the server said. */
interface OfDriver {
  readonly meta?: { readonly driverAdapterError?: { readonly cause?: { readonly originalCode?: string } } };
}

function projectsIn(prisma: Prisma.TransactionClient): Projects {
  const select = { id: true, body: true };
  return {
    create: async (data) => void (await prisma.project.create({ data })),
    list: async () => prisma.project.findMany({ select, orderBy: { id: 'asc' } }),
    find: async (id) => prisma.project.findUnique({ select, where: { id } }),
    update: async ({ id, body }) => (await prisma.project.updateMany({ where: { id }, data: { body } })).count === 1,
    remove: async (id) => (await prisma.project.deleteMany({ where: { id } })).count === 1,
    execute: async (text) => prisma.$executeRawUnsafe(text),
  };
}
