import { boundTableSql, tenantTableSql } from '@tenantry/postgres';
import type { IsolatedData } from '../../isolation/support/isolated-data.js';
import { TENANTS } from '../../isolation/support/tenants-server.js';
import { schemaOf } from '../support/schema-of.js';

const COLUMNS = 'id int not null, project_id int not null, body text not null';

/** A second table beside `project`, under the same strategy: what is to be done, by project. */
export async function makeTaskTables(strategy: string, data: IsolatedData): Promise<void> {
  if (strategy === 'rowLevelSecurity' || strategy === 'boundPool') return makeSharedTable(strategy, data);
  for (const tenantId of TENANTS) {
    const { database, table } = tasksOf(data, tenantId);
    await database.query(`create table ${table} (${COLUMNS}, primary key (id));
      grant select, insert, update, delete on ${table} to "${data.roleOf(tenantId)}";`);
  }
}

/** Every row of the tenant's table of tasks, shared or not, as its body. */
export async function taskBodiesOf(data: IsolatedData, tenantId: string): Promise<string[]> {
  const { database, table } = tasksOf(data, tenantId);
  const { rows } = await database.query<{ body: string }>(`select body from ${table} order by body`, []);
  return rows.map(({ body }) => body);
}

/** Projects and tasks are as at first: a task 1 of project 1 for every tenant. */
export async function resetTasks(data: IsolatedData): Promise<void> {
  await data.reset();
  for (const tenantId of TENANTS) {
    const { database, table } = tasksOf(data, tenantId);
    await database.query(`truncate ${table}`);
  }
  for (const tenantId of TENANTS) {
    const { database, table } = tasksOf(data, tenantId);
    await database.transaction(async (tx) => {
      await tx.query(`select set_config('tenantry.tenant_id', $1, true)`, [tenantId]);
      await tx.query(`insert into ${table} (id, project_id, body) values (1, 1, $1)`, [`${tenantId} task 1`]);
    });
  }
}

async function makeSharedTable(strategy: string, { server }: IsolatedData): Promise<void> {
  await server.admin.query(`create table task (
      tenant_id text not null default nullif(current_setting('tenantry.tenant_id', true), ''), ${COLUMNS},
      primary key (tenant_id, id));
    ${tenantTableSql('task')}
    grant select, insert, update, delete on task to ${server.tablesRole};`);
  if (strategy === 'boundPool') await server.admin.query(boundTableSql('task', server.rolePrefix));
}

function tasksOf(data: IsolatedData, tenantId: string): ReturnType<IsolatedData['ownerOf']> {
  const schema = schemaOf(data, tenantId);
  return { ...data.ownerOf(tenantId), table: schema === undefined ? 'task' : `${schema}.task` };
}
