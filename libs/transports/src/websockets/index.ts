export { tenantRoom } from './tenant-room.js';
export { TenantSockets } from './tenant-sockets.js';
export type { TenantAudience } from './tenant-sockets.js';
export { TenantSocketsModule } from './tenant-sockets.module.js';
export type { TenantSocketsOptions } from './tenant-sockets-options.js';
export { useTenantSockets } from './use-tenant-sockets.js';
