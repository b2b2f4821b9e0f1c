import { boundTableSql, grantCatalogSql, migrateCatalog, tenantTableSql } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import { settings } from './settings.js';

/** A step of the deployment, run as the owner. It can be run again. */
export async function prepareDatabase(owner: SqlDatabase): Promise<void> {
  await migrateCatalog(owner);
  await owner.query(grantCatalogSql(new URL(settings.databaseUrl).username));
  await owner.query(`
    create table if not exists project (
      tenant_id text not null default nullif(current_setting('tenantry.tenant_id', true), ''),
      id bigint generated always as identity,
      name text not null,
      primary key (tenant_id, id)
    )`);
  await owner.query(tenantTableSql('project'));
  await owner.query(boundTableSql('project', settings.rolePrefix));
  await owner.query(
    `do $$ begin create role ${settings.tablesRole} nologin; exception when duplicate_object then null; end $$`,
  );
  await owner.query(`grant select, insert, update, delete on project to ${settings.tablesRole}`);
}
