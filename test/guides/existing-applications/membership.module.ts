import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { fromHost, MultitenancyModule, TenantMembershipGuard } from '@tenantry/core';
import { AuthGuard, catalog } from './application.js'; // yours; the guard sets request.user
import type { User } from './application.js';

@Module({
  imports: [
    MultitenancyModule.forRoot({
      catalog,
      resolvers: [fromHost()],
      membership: (principal, tenant) => (principal as User).tenantId === tenant.id,
    }),
  ],
  providers: [
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_GUARD, useClass: TenantMembershipGuard },
  ],
})
export class MembershipModule {}
