import { Global, Module } from '@nestjs/common';
import { TenantConnections } from './tenant-connections.js';
import { TenantSockets } from './tenant-sockets.js';

/** Makes {@link TenantSockets} injectable everywhere. Import it once, in the root module. */
@Global()
@Module({ providers: [TenantConnections, TenantSockets], exports: [TenantConnections, TenantSockets] })
export class TenantSocketsModule {}
