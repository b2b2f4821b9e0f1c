/** What the application's author chose. */
export interface TenancyChoices {
  readonly resolver: 'host' | 'path' | 'host-and-path';
  readonly catalog: 'memory' | 'postgres';
}

const RESOLVERS = { host: ['fromHost'], path: ['fromPath'], 'host-and-path': ['fromHost', 'fromPath'] } as const;

/** Source of the module that sets tenancy up. */
export function tenancyModuleSource({ resolver, catalog }: TenancyChoices, ending: string): string {
  const resolvers = RESOLVERS[resolver];
  const names = ['MultitenancyModule', ...resolvers, ...CATALOG[catalog].core].sort();
  return `import { Module } from '@nestjs/common';
import { ${names.join(', ')} } from '@tenantry/core';
${CATALOG[catalog].imports}import { ExampleClient } from './example.client${ending}';
import { ExampleController } from './example.controller${ending}';

${CATALOG[catalog].declaration}
@Module({
  imports: [
    MultitenancyModule.forRoot({
      catalog,
      resolvers: [${resolvers.map((name) => `${name}()`).join(', ')}],
    }),
    MultitenancyModule.forFeature({
      name: 'example',
      create: (tenant) => new ExampleClient(tenant.id),
      dispose: (client) => client.close(),
    }),
  ],
  controllers: [ExampleController],
})
export class TenancyModule {}
`;
}

const CATALOG = {
  memory: {
    core: ['InMemoryTenantCatalog'],
    imports: '',
    declaration: `const catalog = new InMemoryTenantCatalog([
  { id: 'foo', domain: 'foo.com' },
  { id: 'bar', domain: 'bar.com' },
]);
`,
  },
  postgres: {
    core: ['CachedTenantCatalog'],
    imports: `import { PG_POOL_TIMEOUTS, pgDatabase, PostgresTenantCatalog } from '@tenantry/postgres';
import { Pool } from 'pg';
`,
    declaration: `// Once, as the owner of the tables: migrateCatalog and grantCatalogSql of @tenantry/postgres.
const pool = new Pool({ connectionString: process.env.DATABASE_URL, ...PG_POOL_TIMEOUTS });
const catalog = new CachedTenantCatalog(new PostgresTenantCatalog(pgDatabase(pool)));
`,
  },
} as const;
