import { PrismaPg } from '@prisma/adapter-pg';
import type { ConnectionSettings } from '../support/project-store.js';
import { PrismaClient } from './generated/client.js';

type Transaction = Awaited<ReturnType<Awaited<ReturnType<PrismaPg['connect']>>['startTransaction']>>;

/** How long a transaction waits for a connection, and how long it may take. As long as others wait in these tests. */
const PATIENCE = { maxWait: 20_000, timeout: 20_000 };

/**
 * Prisma on connections of its own.
 *
 * @param schema where its tables are; it writes that before each of them
 */
export function prismaOn(settings: ConnectionSettings, schema = 'public'): PrismaClient {
  const adapter = new EndingTransactions(settings, { schema });
  return new PrismaClient({ adapter, transactionOptions: PATIENCE });
}

/**
 * `pg` for Prisma, with transactions that run nothing once they were ended. Prisma itself, when it ends one that
 * timed out or failed, continues with the remaining queries, on a connection that belongs to another caller by then.
 */
class EndingTransactions extends PrismaPg {
  override async connect(): ReturnType<PrismaPg['connect']> {
    const database = await super.connect();
    const start = database.startTransaction.bind(database);
    database.startTransaction = async (isolationLevel) => ending(await start(isolationLevel));
    return database;
  }
}

function ending(transaction: Transaction): Transaction {
  const { queryRaw, executeRaw } = transaction;
  let ended = false;
  const mayRun = (sql: string): void => {
    if (ended) throw new Error('The transaction has ended; what was still to be done in it is left out.');
    ended = sql === 'COMMIT' || sql === 'ROLLBACK';
  };
  transaction.queryRaw = async (query) => {
    mayRun(query.sql);
    return queryRaw.call(transaction, query);
  };
  transaction.executeRaw = async (query) => {
    mayRun(query.sql);
    return executeRaw.call(transaction, query);
  };
  return transaction;
}

/** Connects once, so that a refused connection throws when the client is made. */
export async function provenPrisma(settings: ConnectionSettings, schema?: string): Promise<PrismaClient> {
  const prisma = prismaOn(settings, schema);
  try {
    await prisma.$queryRaw`select 1`;
    return prisma;
  } catch (error) {
    await prisma.$disconnect();
    throw error;
  }
}
