import type { ScopedSql, SqlSession } from '@tenantry/postgres';
import type { Role } from '../port/account.js';
import { GrantRefusedError, RoleExistsError, RoleUnknownError } from '../port/identity.errors.js';
import { ADMINISTRATOR_ROLE } from '../port/names.js';
import { advanceVersion } from './account-sql.js';
import { withFaults } from './sql-faults.js';

/** Roles of one tenant, in SQL. */
export class RoleStatements {
  readonly #tenantId: string;
  readonly #sql: ScopedSql;

  constructor(tenantId: string, sql: ScopedSql) {
    this.#tenantId = tenantId;
    this.#sql = sql;
  }

  async list(): Promise<Role[]> {
    const { rows } = await this.#sql.query<Role>(
      `select r.name, r.administrator, array(select p.permission from tenantry_identity.role_permission p
         where p.tenant_id = r.tenant_id and p.role = r.name order by p.permission) as permissions
       from tenantry_identity.role r order by r.name`,
      [],
    );
    return rows;
  }

  add(name: string, permissions: readonly string[]): Promise<Role> {
    const administrator = name === ADMINISTRATOR_ROLE;
    return this.#sql.transaction(async (tx) => {
      await withFaults({ unique: () => new RoleExistsError(this.#tenantId, name) }, () =>
        tx.query('insert into tenantry_identity.role (name, administrator) values ($1, $2)', [name, administrator]),
      );
      await this.#setPermissions(tx, name, permissions);
      return { name, administrator, permissions: [...permissions].sort() };
    });
  }

  setPermissions(name: string, permissions: readonly string[]): Promise<Role> {
    return this.#sql.transaction(async (tx) => {
      await advanceVersion(tx);
      const { rowCount } = await tx.query('select from tenantry_identity.role where name = $1 for update', [name]);
      if (rowCount === 0) throw new RoleUnknownError(this.#tenantId, name);
      await tx.query('delete from tenantry_identity.role_permission where role = $1', [name]);
      await this.#setPermissions(tx, name, permissions);
      return { name, administrator: false, permissions: [...permissions].sort() };
    });
  }

  async remove(name: string): Promise<void> {
    await this.#sql.transaction(async (tx) => {
      await advanceVersion(tx);
      const { rowCount } = await tx.query('delete from tenantry_identity.role where name = $1', [name]);
      if (rowCount === 0) throw new RoleUnknownError(this.#tenantId, name);
    });
  }

  /** The level comes from the tenant, not from the vocabulary: a platform permission of another tenant has no such key. */
  async #setPermissions(tx: SqlSession, role: string, permissions: readonly string[]): Promise<void> {
    const refused = (): Error =>
      new GrantRefusedError('One of the permissions does not exist in this tenant.', this.#tenantId);
    await withFaults({ foreignKey: refused, check: refused }, () =>
      tx.query(
        `insert into tenantry_identity.role_permission (role, permission, level)
         select $1, listed.name, coalesce(p.level, 'tenant') from unnest($2::text[]) as listed (name)
         left join tenantry_identity.permission p on p.name = listed.name`,
        [role, permissions],
      ),
    );
  }
}
