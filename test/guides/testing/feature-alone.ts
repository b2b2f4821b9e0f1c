import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { fromHost, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import { CatsModule } from './cats.module.js'; // yours

export async function catsWithRoot(): Promise<TestingModule> {
  const root = MultitenancyModule.forRoot({
    catalog: new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]),
    resolvers: [fromHost()],
  });
  return Test.createTestingModule({ imports: [root, CatsModule] }).compile();
}
