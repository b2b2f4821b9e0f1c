import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/postgres';
import type { Cursor } from '../http/cursor.js';
import type { Project } from './project.js';
import type { NewProject, ProjectChanges } from './project.schemas.js';

const COLUMNS = 'id, name, description, created_at as "createdAt", updated_at as "updatedAt"';

const LOCK_PROJECTS = `select pg_advisory_xact_lock(hashtextextended('projects of ' || current_setting('tenantry.tenant_id'), 0))`;

/**
 * The projects of the current tenant. No statement names a tenant: row-level security keeps to the current one, and a
 * project of another tenant is as absent as one that never was.
 */
@Injectable()
export class ProjectRepository {
  readonly #database: TenantDatabase;

  constructor(database: TenantDatabase) {
    this.#database = database;
  }

  /**
   * Creates a project, unless the tenant has `limit` already. Creations of one tenant wait for each other, on all nodes, so that
   * the limit is exact.
   *
   * @returns `null` = there are too many, and nothing was written
   */
  async create({ name, description }: NewProject, limit: number): Promise<Project | null> {
    return this.#database.transaction(async (tx) => {
      await tx.query(LOCK_PROJECTS, []);
      // A statement of its own: its snapshot must be newer than the lock.
      const text = `insert into projects (name, description)
        select $1, $2 where (select count(*) from projects) < $3::int returning ${COLUMNS}`;
      const { rows } = await tx.query<Project>(text, [name, description, limit]);
      return rows[0] ?? null;
    });
  }

  /** Removes every project of a tenant that need not be the current one; for administration. */
  async removeAllOf(tenantId: string): Promise<void> {
    await this.#database.forTenant(tenantId).query('delete from projects', []);
  }

  /**
   * Lists projects, oldest first.
   *
   * @param limit rows at most
   * @param after where the page before ended; `null` = from the start
   */
  async list(limit: number, after: Cursor | null): Promise<readonly Project[]> {
    const text = `select ${COLUMNS} from projects
      where $1::timestamptz is null or (created_at, id) > ($1::timestamptz, $2::uuid)
      order by created_at, id limit $3`;
    const parameters = [after?.createdAt.toISOString() ?? null, after?.id ?? null, limit];
    const { rows } = await this.#database.query<Project>(text, parameters);
    return rows;
  }

  /** Finds a project; `null` = the current tenant has none of this id. @param id a UUID */
  async find(id: string): Promise<Project | null> {
    const { rows } = await this.#database.query<Project>(`select ${COLUMNS} from projects where id = $1`, [id]);
    return rows[0] ?? null;
  }

  /** Changes a project, atomically; `null` = the current tenant has none of this id. @param id a UUID */
  async update(id: string, { name, description }: ProjectChanges): Promise<Project | null> {
    const text = `update projects
      set name = coalesce($2, name), description = coalesce($3, description), updated_at = now()
      where id = $1 returning ${COLUMNS}`;
    const { rows } = await this.#database.query<Project>(text, [id, name ?? null, description ?? null]);
    return rows[0] ?? null;
  }

  /** Deletes a project; `false` = the current tenant has none of this id. @param id a UUID */
  async delete(id: string): Promise<boolean> {
    const { rowCount } = await this.#database.query('delete from projects where id = $1', [id]);
    return rowCount > 0;
  }
}
