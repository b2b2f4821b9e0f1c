import { createHash } from 'node:crypto';
import { ArgumentInvalidError, tenantId as checkedTenantId } from '@tenantry/core';
import { checkedRole, quotedName } from '../sql/sql-identifier.js';

/** Beginning of the name of each tenant's schema, if nothing else is said. */
export const TENANT_SCHEMA_PREFIX = 'tenant_';

const PREFIX = /^[a-z][a-z0-9_]{0,15}_$/;
const PREFIX_RANGE = '2 to 17 of a-z 0-9 _, beginning with a letter, with _ at its end';
const MAX_NAME_BYTES = 63;
const DIGEST_HEX = 40;
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

/** How {@link tenantSchemaSql} makes a schema. */
export interface NewTenantSchema {
  readonly tenantId: string;
  /** Default {@link TENANT_SCHEMA_PREFIX}. */
  readonly prefix?: string;
  /** Role that may use the tables of the schema, those that come later too; best one that is the tenant's alone. */
  readonly role: string;
}

/**
 * SQL that makes a tenant's schema, for one role to use. Run it as the role that makes the tables; it can be run again.
 *
 * @returns several statements in one text
 * @throws `MT_TENANT_IDENTIFIER_INVALID`, `MT_ARGUMENT_INVALID`
 */
export function tenantSchemaSql({ tenantId, prefix, role }: NewTenantSchema): string {
  const schema = `"${tenantSchemaName(tenantId, prefix)}"`;
  const grantee = quotedRole(role);
  const inSchema = `in schema ${schema}`;
  return [
    `create schema if not exists ${schema};`,
    `revoke all on schema ${schema} from public;`,
    `grant usage on schema ${schema} to ${grantee};`,
    `grant select, insert, update, delete on all tables ${inSchema} to ${grantee};`,
    `grant usage, select, update on all sequences ${inSchema} to ${grantee};`,
    `alter default privileges ${inSchema} grant select, insert, update, delete on tables to ${grantee};`,
    `alter default privileges ${inSchema} grant usage, select, update on sequences to ${grantee};`,
  ].join('\n');
}

/**
 * SQL that removes a tenant's schema with everything in it. It can be run again.
 *
 * @throws `MT_TENANT_IDENTIFIER_INVALID`, `MT_ARGUMENT_INVALID`
 */
export function dropTenantSchemaSql(tenantId: string, prefix?: string): string {
  return `drop schema if exists "${tenantSchemaName(tenantId, prefix)}" cascade;`;
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
