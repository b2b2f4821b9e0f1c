import type { TenantConnectionSettings } from '@tenantry/postgres';

/** What is stored. Which tenant it belongs to is not in it: that is for the database to know. */
export interface Project {
  id: number;
  body: string;
}

/** The projects of one tenant. */
export interface Projects {
  create(project: Project): Promise<void>;
  /** In order of their ids. */
  list(): Promise<Project[]>;
  find(id: number): Promise<Project | null>;
  /** @returns whether there was one to change */
  update(project: Project): Promise<boolean>;
  /** @returns whether there was one to remove */
  remove(id: number): Promise<boolean>;
  /** A statement of its own, past whatever the ORM makes of entities. */
  execute(text: string): Promise<unknown>;
}

/** The same as a client of one tenant. */
export interface ProjectStore extends Projects {
  /** Keeps all that a function does, or nothing of it where it throws. */
  transaction<R>(fn: (tx: Projects) => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

/** One ORM on connections that all tenants share, where each transaction names its tenant. */
export interface SharedStores {
  forTenant(tenantId: string): ProjectStore;
  close(): Promise<void>;
}

/** Settings of a strategy for one tenant, or those of a pool that all tenants share. */
export type ConnectionSettings = Omit<TenantConnectionSettings, 'verify'> &
  Partial<Pick<TenantConnectionSettings, 'verify'>>;

/** The settings that a connection string holds. */
export function settingsOf(url: string): ConnectionSettings {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 5432),
    database: pathname.slice(1),
    user: username,
    password,
    keepAlive: true,
  };
}

/** How one ORM is used. */
export interface Orm {
  readonly name: string;
  /**
   * On connections of one tenant. What comes back has a connection that was checked.
   *
   * @param schema where the tenant's tables are, for an ORM that needs it
   */
  open(settings: ConnectionSettings, schema?: string): Promise<ProjectStore>;
  /** On connections of all tenants. */
  share(settings: ConnectionSettings): Promise<SharedStores>;
  /** What the server called an error, for an ORM that has codes of its own. */
  codeOf?(error: unknown): string | undefined;
}

/** Names the tenant for the running transaction alone. */
export const NAME_TENANT = `select set_config('tenantry.tenant_id', $1, true)`;

/** A store whose every call is a transaction of its own. It owns no connection, so there is nothing to close. */
export function eachInTransaction(transaction: ProjectStore['transaction']): ProjectStore {
  return {
    transaction,
    create: (project) => transaction((tx) => tx.create(project)),
    list: () => transaction((tx) => tx.list()),
    find: (id) => transaction((tx) => tx.find(id)),
    update: (project) => transaction((tx) => tx.update(project)),
    remove: (id) => transaction((tx) => tx.remove(id)),
    execute: (text) => transaction((tx) => tx.execute(text)),
    close: () => Promise.resolve(),
  };
}
