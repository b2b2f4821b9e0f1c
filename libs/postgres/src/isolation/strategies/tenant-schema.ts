import { createHash } from 'node:crypto';
import { ArgumentInvalidError, tenantId as checkedTenantId } from '@tenantry/core';
import { lockedSql } from '../../sql/concurrent-sql.js';
import { checkedRole, quotedName } from '../../sql/sql-identifier.js';

/** Beginning of the name of each tenant's schema, if nothing else is said. */
export const TENANT_SCHEMA_PREFIX = 'tenant_';

const PREFIX = /^[a-z][a-z0-9_]{0,15}_$/;
const PREFIX_RANGE = '2 to 17 of a-z 0-9 _, beginning with a letter, with _ at its end';
const MAX_NAME_BYTES = 63;
const DIGEST_HEX = 40;
const MARK = 'Tenantry: tenant ';
const PLAIN_ID = /^[a-z0-9]+$/;

/**
 * The schema of a tenant. No two ids share one: an id of a-z and 0-9 is taken as it is, in any other each other character is
 * spelled as `_` and two hexadecimal digits (`a-b` `a_2db`, `a_b` `a_5fb`, `A.B` `_41_2e_42`), and what would be longer than
 * the 63 bytes of a name is a SHA-256 digest after `_h`, which no spelling contains.
 *
 * @param prefix 2 to 17 of a-z 0-9 _, beginning with a letter, with _ at its end. Default {@link TENANT_SCHEMA_PREFIX}
 * @throws `MT_TENANT_IDENTIFIER_INVALID`, `MT_ARGUMENT_INVALID`
 */
export function tenantSchemaName(tenantId: string, prefix: string = TENANT_SCHEMA_PREFIX): string {
  if (typeof prefix !== 'string' || !PREFIX.test(prefix))
    throw new ArgumentInvalidError('prefix', prefix, PREFIX_RANGE);
  const id = checkedTenantId(tenantId);
  const spelled = PLAIN_ID.test(id) ? id : id.replaceAll(/[^a-z0-9]/g, (letter) => `_${hexOf(letter)}`);
  if (prefix.length + spelled.length <= MAX_NAME_BYTES) return `${prefix}${spelled}`;
  return `${prefix}_h${createHash('sha256').update(id).digest('hex').slice(0, DIGEST_HEX)}`;
}

/**
 * The comment that names the owner of a schema. Names alone do not: `a-b` under the prefix `tenant_` and `2db` under `tenant_a_` have one.
 *
 * @throws `MT_TENANT_IDENTIFIER_INVALID`, `MT_ARGUMENT_INVALID`
 * @internal
 */
export function tenantSchemaMark(tenantId: string, prefix: string = TENANT_SCHEMA_PREFIX): string {
  tenantSchemaName(tenantId, prefix);
  return `${MARK}${tenantId} of prefix ${prefix}`;
}

/** How {@link tenantSchemaSql} makes a schema. */
export interface NewTenantSchema {
  readonly tenantId: string;
  /** Default {@link TENANT_SCHEMA_PREFIX}. */
  readonly prefix?: string;
  /** Role that may use the tables of the schema, those that come later too; best one that is the tenant's alone. */
  readonly role: string;
  /**
   * Takes a schema over that is there and carries no mark: one made by hand, or by a version that made none. Whether it is the tenant's
   * is yours to know. Default `false`: it is refused.
   */
  readonly adopt?: boolean;
}

/**
 * SQL that makes a tenant's schema, for one role to use. Run it as the role that makes the tables; it can be run again, also by
 * several nodes at once: one works, the others wait until its transaction ends.
 *
 * The schema's comment names the tenant and the prefix, and `schemaPerTenant` checks it: leave it. The SQL fails, and changes nothing,
 * where the schema is there and is not marked as this tenant's.
 *
 * @returns one statement
 * @throws `MT_TENANT_IDENTIFIER_INVALID`, `MT_ARGUMENT_INVALID`
 */
export function tenantSchemaSql({ tenantId, prefix, role, adopt = false }: NewTenantSchema): string {
  const name = tenantSchemaName(tenantId, prefix);
  const [schema, grantee] = [`"${name}"`, quotedRole(role)];
  const inSchema = `in schema ${schema}`;
  return lockedSql(`schema ${name}`, [
    markedSchemaSql(name, tenantSchemaMark(tenantId, prefix), adopt),
    `revoke all on schema ${schema} from public;`,
    `grant usage on schema ${schema} to ${grantee};`,
    `grant select, insert, update, delete on all tables ${inSchema} to ${grantee};`,
    `grant usage, select, update on all sequences ${inSchema} to ${grantee};`,
    `alter default privileges ${inSchema} grant select, insert, update, delete on tables to ${grantee};`,
    `alter default privileges ${inSchema} grant usage, select, update on sequences to ${grantee};`,
  ]);
}

function markedSchemaSql(name: string, mark: string, adopt: boolean): string {
  const schema = `"${name}"`;
  const mayMark = adopt ? `carried is null or not pg_catalog.starts_with(carried, '${MARK}')` : 'false';
  return `${DECLARED} begin
  ${readSchemaSql(name)}
  if place is null then
    create schema ${schema};
    comment on schema ${schema} is '${mark}';
    ${readSchemaSql(name)}
  end if;
  carried := pg_catalog.obj_description(place, 'pg_namespace');
  if carried is distinct from '${mark}' and (${mayMark}) then
    comment on schema ${schema} is '${mark}';
  elsif carried is distinct from '${mark}' then
    ${raiseForeignSql(schema, mark)}
  end if;
end;`;
}

const DECLARED = 'declare place pg_catalog.oid; carried pg_catalog.text;';

/** Not to_regnamespace(): it may answer from a cache that is older than the wait for the lock. */
function readSchemaSql(name: string): string {
  return `select oid into place from pg_catalog.pg_namespace where nspname operator(pg_catalog.=) '${name}';`;
}

function raiseForeignSql(schema: string, mark: string): string {
  return `raise exception 'Schema % is not marked "%", but "%".', '${schema}', '${mark}', coalesce(carried, '')
      using hint = 'If it carries no mark and is the tenant''s, run tenantSchemaSql() with adopt: true. Else choose a prefix that is not the beginning of another.';`;
}

/**
 * SQL that removes a tenant's schema with everything in it. It can be run again, also by several nodes at once. It fails, and
 * removes nothing, where the schema is not marked as this tenant's: see `adopt` of {@link NewTenantSchema}.
 *
 * @throws `MT_TENANT_IDENTIFIER_INVALID`, `MT_ARGUMENT_INVALID`
 */
export function dropTenantSchemaSql(tenantId: string, prefix?: string): string {
  const name = tenantSchemaName(tenantId, prefix);
  const [schema, mark] = [`"${name}"`, tenantSchemaMark(tenantId, prefix)];
  return lockedSql(`schema ${name}`, [
    `${DECLARED} begin
  ${readSchemaSql(name)}
  if place is null then return; end if;
  carried := pg_catalog.obj_description(place, 'pg_namespace');
  if carried is distinct from '${mark}' then
    ${raiseForeignSql(schema, mark)}
  end if;
  drop schema ${schema} cascade;
end;`,
  ]);
}

/** Login roles of tenants have a colon in their name. */
function quotedRole(role: string): string {
  return /^[a-z][a-z0-9_]*:[A-Za-z0-9._-]+$/.test(role) && role.length <= MAX_NAME_BYTES
    ? `"${role}"`
    : quotedName('role', checkedRole(role));
}

function hexOf(letter: string): string {
  return letter.charCodeAt(0).toString(16).padStart(2, '0');
}
