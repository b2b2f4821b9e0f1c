import { getTenantClientToken, MultitenancyError, MultitenancyModule, TenantContext } from '@tenantry/core';
import { DbClient } from './db-client.js';

/** The client kind `db`, whose clients say whose they are. */
export const DB_FEATURE = MultitenancyModule.forFeature<DbClient>({
  name: 'db',
  create: ({ id }) => new DbClient(id),
  dispose: (client) => client.close(),
});

/** What the running code meets: the tenant, and the client that belongs to it. */
export class Probe {
  readonly context: TenantContext;
  readonly #db: DbClient;

  /** @param app an application, or a module that was compiled and initialised */
  constructor(app: { get(token: unknown, options?: { strict: false }): unknown }) {
    this.context = app.get(TenantContext, { strict: false }) as TenantContext;
    this.#db = app.get(getTenantClientToken('db'), { strict: false }) as DbClient;
  }

  /** The tenant's id, or the code of the error in its place. */
  who = (): string => {
    try {
      return this.context.tenant.id;
    } catch (error) {
      return codeOf(error);
    }
  };

  /** The id of the tenant whose client this is, or the code of the error in its place. */
  whose = (): Promise<string> => {
    try {
      return this.#db.whose().catch(codeOf);
    } catch (error) {
      return Promise.resolve(codeOf(error));
    }
  };

  /** Runs work for a tenant, with its client. */
  run = <R>(tenantId: string, work: () => R | Promise<R>): Promise<R> =>
    this.context.run(tenantId, work, { clients: ['db'] });
}

function codeOf(error: unknown): string {
  return error instanceof MultitenancyError ? error.code : String(error);
}
