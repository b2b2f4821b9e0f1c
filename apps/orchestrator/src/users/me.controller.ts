import { Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { CurrentTenant } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import { Accounts } from '@tenantry/identity';
import type { IdentityPrincipal } from '@tenantry/identity';
import { z } from 'zod';
import { CurrentPrincipal } from '../auth/current-principal.decorator.js';
import { TenantController } from '../http/tenant-controller.decorator.js';

const meSchema = z.object({
  tenant: z.object({ id: z.string(), domain: z.string() }),
  user: z.object({ name: z.string(), roles: z.array(z.string()) }),
});

/** Who is asking, and for which tenant. */
@TenantController('me')
export class MeController {
  readonly #accounts: Accounts;

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
  }

  /** Gives the tenant and the user of the request. */
  @Get()
  @ApiOperation({ summary: 'Who am I' })
  @ApiOkResponse({ standardSchema: meSchema })
  async me(
    @CurrentTenant() tenant: Tenant,
    @CurrentPrincipal() { name }: IdentityPrincipal,
  ): Promise<z.output<typeof meSchema>> {
    const account = await this.#accounts.find(tenant.id, name);
    return { tenant: { id: tenant.id, domain: tenant.domain }, user: { name, roles: [...(account?.roles ?? [])] } };
  }
}
