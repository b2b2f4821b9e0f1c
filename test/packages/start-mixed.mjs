/** Loads `@tenantry/core` both ways and sets the module up: prints the error that stops it. */
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { fromHost, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';

createRequire(import.meta.url)('@tenantry/core');
try {
  MultitenancyModule.forRoot({ catalog: new InMemoryTenantCatalog([]), resolvers: [fromHost()] });
  console.log('{}');
} catch (error) {
  console.log(JSON.stringify({ code: error.code, message: error.message }));
}
