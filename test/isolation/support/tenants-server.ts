import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { boundRoleName, boundRoleSql, dropBoundRoleSql, pgDatabase } from '@tenantry/postgres';
import type { PgServer, SqlDatabase } from '@tenantry/postgres';
import { createTestDatabase } from '../../support/postgres.js';
import type { TestDatabase } from '../../support/postgres.js';

/** The tenants of each set-up. Their ids differ in what sloppy names would drop. */
export const A = 'a-b';
/** The other one. */
export const B = 'a_b';
/** Both. */
export const TENANTS = [A, B] as const;

/** A test database, with a login role for each tenant under a prefix of its own and what else is made for tenants beside it. */
export class TenantsServer {
  readonly test: TestDatabase;
  /** A superuser. */
  readonly admin: SqlDatabase;
  readonly rolePrefix = `t${randomBytes(4).toString('hex')}:`;
  /** A group with the rights on tables that the application's role and those of tenants share. */
  readonly tablesRole = `tenantry_tables_${this.rolePrefix.slice(0, -1)}`;
  readonly #databases = new Map<string, SqlDatabase>();

  private constructor(test: TestDatabase) {
    this.test = test;
    this.admin = ownerOf(test.adminUrl);
  }

  /** The caller closes it. */
  static async open(): Promise<TenantsServer> {
    const server = new TenantsServer(await createTestDatabase());
    await server.admin.query(
      `create role ${server.tablesRole} nologin; grant ${server.tablesRole} to ${server.test.appRole};`,
    );
    for (const tenantId of TENANTS) {
      const password = server.passwordOf(tenantId);
      const role = { tenantId, prefix: server.rolePrefix, memberOf: server.tablesRole, password };
      await server.admin.query(boundRoleSql(role));
    }
    return server;
  }

  roleOf(tenantId: string): string {
    return boundRoleName({ tenantId, prefix: this.rolePrefix });
  }

  passwordOf(tenantId: string): string {
    return `${this.rolePrefix}${tenantId} 'quoted'`;
  }

  /** Who logs in for tenants, with their passwords. */
  get logins(): Readonly<Record<string, string>> {
    const { username, password } = new URL(this.test.appUrl);
    return { [username]: password, ...Object.fromEntries(TENANTS.map((id) => [this.roleOf(id), this.passwordOf(id)])) };
  }

  /** Where tenants connect to. @param address `host:port` of a pooler or proxy before the server */
  server(address?: string): PgServer {
    const { hostname, port, pathname } = new URL(this.appUrl(address));
    return { host: hostname, port: Number(port || 5432), database: pathname.slice(1) };
  }

  /** As the application's own role. */
  appUrl(address?: string): string {
    const url = new URL(this.test.appUrl);
    if (address !== undefined) url.host = address;
    return url.href;
  }

  /** Makes a database for a tenant, which its role alone may connect to. */
  async makeDatabase(tenantId: string): Promise<SqlDatabase> {
    const name = this.databaseOf(tenantId);
    await this.admin.query(`create database "${name}" template template0 encoding 'UTF8'`);
    await this.admin.query(
      `revoke connect on database "${name}" from public; grant connect on database "${name}" to "${this.roleOf(tenantId)}";`,
    );
    const url = new URL(this.test.adminUrl);
    url.pathname = `/${name}`;
    const owner = ownerOf(url.href);
    this.#databases.set(name, owner);
    return owner;
  }

  databaseOf(tenantId: string): string {
    return `tenantry_${this.rolePrefix.slice(0, -1)}_${tenantId}`;
  }

  /** Removes all of it, also while connections are open. */
  async close(): Promise<void> {
    for (const [name, owner] of this.#databases) {
      await owner.close();
      await this.admin.query(`drop database if exists "${name}" with (force)`);
    }
    await this.admin.close();
    await this.test.drop();
    await this.#dropRoles();
  }

  async #dropRoles(): Promise<void> {
    const url = new URL(this.test.adminUrl);
    url.pathname = '/template1';
    const elsewhere = ownerOf(url.href);
    for (const tenantId of TENANTS) {
      await elsewhere.query(dropBoundRoleSql({ tenantId, prefix: this.rolePrefix }));
    }
    await elsewhere.query(`drop role ${this.tablesRole}`);
    await elsewhere.close();
  }
}

function ownerOf(connectionString: string): SqlDatabase {
  return pgDatabase(new pg.Pool({ connectionString, max: 2 }));
}
