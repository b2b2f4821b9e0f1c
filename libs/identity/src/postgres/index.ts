export { grantIdentitySql } from './grant-identity-sql.js';
export { IDENTITY_TABLES } from './identity-migrations.js';
export { migrateIdentity } from './migrate-identity.js';
export { postgresIdentityStore } from './postgres-identity-store.js';
export type { TenantSqlSource } from './postgres-identity-store.js';
