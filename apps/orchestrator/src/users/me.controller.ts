import { Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { CurrentTenant } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import { z } from 'zod';
import { CurrentPrincipal } from '../auth/current-principal.decorator.js';
import type { Principal } from '../auth/principal.js';
import { TenantController } from '../http/tenant-controller.decorator.js';

const meSchema = z.object({
  tenant: z.object({ id: z.string(), domain: z.string() }),
  user: z.object({ name: z.string(), roles: z.array(z.string()) }),
});

/** Who is asking, and for which tenant. */
@TenantController('me')
export class MeController {
  /** Gives the tenant and the user of the request. */
  @Get()
  @ApiOperation({ summary: 'Who am I' })
  @ApiOkResponse({ standardSchema: meSchema })
  me(@CurrentTenant() tenant: Tenant, @CurrentPrincipal() principal: Principal): z.output<typeof meSchema> {
    return {
      tenant: { id: tenant.id, domain: tenant.domain },
      user: { name: principal.name, roles: [...principal.roles] },
    };
  }
}
