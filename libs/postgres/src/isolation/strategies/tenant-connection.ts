import type { Duplex } from 'node:stream';
import type { PgClient } from '../../sql/pg-pool.js';
import type { TenantPlace } from './tenant-place.js';

/** Where a PostgreSQL server is. */
export interface PgServer {
  readonly host: string;
  /** Default 5432. */
  readonly port?: number;
  readonly database: string;
  /** As `ssl` of `pg`. Default: none. */
  readonly ssl?: boolean | Readonly<Record<string, unknown>>;
}

/** Who logs in. */
export interface PgCredentials {
  readonly user: string;
  readonly password?: string | undefined;
}

/** Whatever a pool of `pg` takes beside where, who and what binds it to its tenant: numbers of connections, timeouts, name. */
export interface TenantPoolSettings {
  /** Connections of one tenant at the same time, 1 and up. Default 2. */
  readonly max?: number;
  readonly connectionTimeoutMillis?: number;
  readonly idleTimeoutMillis?: number;
  readonly query_timeout?: number;
  /** Milliseconds; 0 = none by the strategy. Keep it below `query_timeout`. */
  readonly statement_timeout?: number;
  /** Seconds after which the pool replaces a connection. */
  readonly maxLifetimeSeconds?: number;
  readonly application_name?: string;
}

/** Settings of one tenant's connections; `new pg.Pool(settings)` takes them as they are. They hold the password: never log them. */
export interface TenantConnectionSettings extends TenantPoolSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
  readonly ssl?: boolean | Record<string, unknown>;
  /** Start-up options, which fix the tenant for the life of the connection. */
  readonly options?: string;
  readonly keepAlive: boolean;
  /** Makes the socket of each connection, where it matters that one is made. */
  readonly stream?: () => Duplex;
  /** Called by the pool with each new connection before it is used: limits its statements, and refuses one that is not the tenant's. */
  readonly verify: (client: VerifiableClient, done: (error?: Error) => void) => void;
}

/** The part of a client that a check needs. */
export interface VerifiableClient extends Pick<PgClient, 'query'> {
  /** Process of the server that serves this connection, as the server reported at its start. */
  readonly processID?: number | null;
}

/** Gives connections of one tenant to code that is not this library's, such as an ORM. */
export interface TenantConnections {
  /**
   * Settings of the tenant's connections: `new Pool(await strategy.connectionOf(tenant))`. The pool is the caller's. Asks for
   * credentials, but connects to nothing.
   *
   * @param tenant its id as the catalog spells it, or a record with one
   * @param place where its data lie, for strategies to which that makes a difference. Default: what the strategy knows itself
   * @throws `MT_TENANT_IDENTIFIER_INVALID`; what the strategy refuses; what the function for credentials throws
   */
  connectionOf(tenant: string | { readonly id: string }, place?: TenantPlace): Promise<TenantConnectionSettings>;
}
