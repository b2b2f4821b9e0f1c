import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { fromHost, getTenantClientToken, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import { BASE_DOMAIN, tenantIds } from '../http/tenants.mjs';

/*
 * One service for the herd: `node server.mjs <number of tenants> <milliseconds that a client takes to be made>`. Sends its
 * parent the port, and on request, for each tenant, how many clients were made, when the last one was ready and when the last
 * handler ran with it, milliseconds.
 */
const [, , tenants, creationMs] = process.argv.map(Number);
const seen = {};

async function create({ id }) {
  const tenant = (seen[id] ??= { creations: 0, readyAt: 0, usedAt: 0 });
  tenant.creations += 1;
  await delay(creationMs);
  tenant.readyAt = performance.now();
  return { tenant: () => id };
}

class WhoController {
  constructor(client) {
    this.client = client;
  }
  who() {
    const tenant = this.client.tenant();
    seen[tenant].usedAt = performance.now();
    return { tenant };
  }
}
Inject(getTenantClientToken('db'))(WhoController, undefined, 0);
Get('who')(WhoController.prototype, 'who', Object.getOwnPropertyDescriptor(WhoController.prototype, 'who'));
Controller()(WhoController);

class AppModule {}
Module({
  imports: [
    MultitenancyModule.forRoot({
      catalog: new InMemoryTenantCatalog(tenantIds(tenants).map((id) => ({ id, domain: `${id}.tenants.example` }))),
      resolvers: [fromHost({ baseDomain: BASE_DOMAIN })],
    }),
    MultitenancyModule.forFeature({ name: 'db', create }),
  ],
  controllers: [WhoController],
})(AppModule);

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
process.on('message', () => process.send(seen));
process.on('disconnect', () => process.exit());
process.send({ port: app.getHttpServer().address().port });
