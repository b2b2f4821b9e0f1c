export { migrateServices } from './migrate-services.js';
export type { ServicesMigrationReport } from './migrate-services.js';
export { PostgresArtifactStore } from './postgres-artifact-store.js';
export type { ServiceDatabase } from './postgres-artifact-store.js';
export { PostgresServiceValues } from './postgres-service-values.js';
export { SERVICE_TABLES, SERVICES_MIGRATIONS } from './services-schema.js';
export type { ServicesMigration } from './services-schema.js';
