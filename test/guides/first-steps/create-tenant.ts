import { NestFactory } from '@nestjs/core';
import { TenantLifecycle } from '@tenantry/lifecycle';
import { AppModule } from './app.module.js';

/** A script of the operator: `create-tenant foo foo.com`. Resolves when the tenant is active; can be repeated. */
export async function createTenant(id: string, domain: string): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
  try {
    await app.get(TenantLifecycle).create({ id, domain }, { requestKey: `create ${id}` });
  } finally {
    await app.close();
  }
}
