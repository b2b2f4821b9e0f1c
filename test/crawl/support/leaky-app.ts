import { Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { fromPath, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import type { CrawledTenant, TenantIsolationOptions } from '@tenantry/testing';
import { startApp } from '../../support/http.js';
import type { AdapterName } from '../../support/http.js';
import type { Leak } from './leaks.js';
import { OpenController } from './open.controller.js';
import { Mistake, ProjectStore } from './project-store.js';
import { ProjectsController } from './projects.controller.js';
import { ReportsController } from './reports.controller.js';
import { SignedInGuard } from './signed-in.guard.js';

const catalog = new InMemoryTenantCatalog([
  { id: 'foo', domain: 'foo.com' },
  { id: 'bar', domain: 'bar.com' },
]);

/** An application of two tenants that makes one mistake, or none. The caller closes it. */
export function startLeakyApp(adapter: AdapterName, leak?: Leak): Promise<INestApplication> {
  const mistake = new Mistake(leak);
  const multitenancy = MultitenancyModule.forRoot({
    catalog,
    resolvers: [fromPath({ prefix: 't' })],
    membership: (principal, { id, domain }) =>
      mistake.is('no membership') || [id, domain].includes((principal as { tenant: string }).tenant),
  });
  @Module({
    imports: [multitenancy],
    controllers: [ProjectsController, ReportsController, OpenController],
    providers: [ProjectStore, { provide: Mistake, useValue: mistake }, { provide: APP_GUARD, useClass: SignedInGuard }],
  })
  class LeakyModule {}
  return startApp(LeakyModule, adapter);
}

/** How to be each of its tenants. */
export const TENANTS: readonly [CrawledTenant, CrawledTenant] = [
  {
    name: 'foo',
    headers: { authorization: 'Bearer foo' },
    params: { domain: 'foo.com' },
    identifiers: ['foo', 'foo.com'],
  },
  {
    name: 'bar',
    headers: { authorization: 'Bearer bar' },
    params: { domain: 'bar.com' },
    identifiers: ['bar', 'bar.com'],
  },
];

/** What its writes take, where the crawl could not guess it. */
export const BODIES: NonNullable<TenantIsolationOptions['bodies']> = {
  'POST /t/:domain/projects': ({ canary }) => ({ name: canary }),
  'POST /t/:domain/notes': ({ canary, id }) => ({ projectId: id('projectId'), text: canary }),
};
