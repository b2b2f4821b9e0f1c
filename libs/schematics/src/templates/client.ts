import type { Names } from '../names.js';

/** Source of a client kind. */
export function clientSource({ kebab, pascal, camel }: Names): string {
  return `import { MultitenancyModule } from '@tenantry/core';

/** The ${kebab} of one tenant. Replace it with the pool, SDK or connection that each of your tenants has. */
export class ${pascal}Client {
  constructor(readonly tenantId: string) {}

  async close(): Promise<void> {
    // Close connections here. It is called when the client is idle, replaced, or the application shuts down.
  }
}

/**
 * Import it once. Elsewhere, inject the current tenant's client:
 * \`constructor(@InjectTenantClient('${kebab}') private readonly ${camel}: ${pascal}Client) {}\`
 */
export const ${pascal}Clients = MultitenancyModule.forFeature<${pascal}Client>({
  name: '${kebab}',
  create: (tenant) => new ${pascal}Client(tenant.id),
  dispose: (client) => client.close(),
});
`;
}
