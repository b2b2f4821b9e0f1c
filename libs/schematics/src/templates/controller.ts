import type { TenancyChoices } from './tenancy-module.js';

const PATHS = {
  host: `'tenancy-example'`,
  path: `'t/:domain/tenancy-example'`,
  'host-and-path': `['tenancy-example', 't/:domain/tenancy-example']`,
} as const;

/** Source of a controller that answers with the current tenant and its client. */
export function controllerSource({ resolver }: TenancyChoices, ending: string): string {
  return `import { Controller, Get } from '@nestjs/common';
import { InjectTenantClient, TenantContext } from '@tenantry/core';
import { ExampleClient } from './example.client${ending}';

/** Answers with the current tenant. Remove it when your own controllers use tenants. */
@Controller(${PATHS[resolver]})
export class ExampleController {
  constructor(
    private readonly context: TenantContext,
    @InjectTenantClient('example') private readonly client: ExampleClient,
  ) {}

  @Get()
  show(): { tenant: string; greeting: string } {
    return { tenant: this.context.tenant.id, greeting: this.client.greet() };
  }
}
`;
}
