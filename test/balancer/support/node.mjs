/*
 * One node of the drill: a small application with a registry of tenant clients. Started by nodes.mjs with a channel: it
 * says `{ ready: true }`, and answers every message with what it holds and has received.
 */
import 'reflect-metadata';
import { subscribe } from 'node:diagnostics_channel';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { All, Controller, Get, Headers, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  agreesWithBalancer,
  CurrentTenant,
  fromHeader,
  fromHost,
  fromPath,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TENANT_AUDIT_CHANNEL,
  TenantOptional,
} from '@tenantry/core';
import { tenants } from './tenants.mjs';

/** Long enough that a node dies with requests in flight. */
const WORK_MS = 5;
const BALANCERS = ['127.0.0.1'];
const { name, port, checked } = JSON.parse(process.argv[2]);
const places = [fromHeader({ name: 'X-Tenant-Id', trustedProxies: BALANCERS }), fromPath(), fromHost()];
const check = checked ? [agreesWithBalancer({ trustedProxies: BALANCERS, places })] : [];

let clients = 0;
let mismatches = 0;
subscribe(TENANT_AUDIT_CHANNEL, ({ type }) => (mismatches += type === 'balancerMismatch' ? 1 : 0));

class WhoController {
  constructor(client) {
    this.client = client;
  }

  live() {
    return { node: name };
  }

  async who(tenant, header) {
    await wait(WORK_MS);
    return { node: name, tenant: tenant.id, client: this.client.tenantId, header: header ?? null };
  }
}

/** What TypeScript would do with decorators in front of a method and its parameters. */
function decorate(method, onMethod, ...onParameters) {
  onParameters.forEach((decorator, index) => decorator(WhoController.prototype, method, index));
  const descriptor = Object.getOwnPropertyDescriptor(WhoController.prototype, method);
  for (const decorator of onMethod) decorator(WhoController.prototype, method, descriptor);
}

InjectTenantClient('session')(WhoController, undefined, 0);
decorate('live', [Get('health/live'), TenantOptional()]);
decorate('who', [All(['/', '*'])], CurrentTenant(), Headers('x-balancer-tenant'));
Controller()(WhoController);

class NodeModule {}
Module({
  imports: [
    MultitenancyModule.forRoot({
      catalog: new InMemoryTenantCatalog(tenants()),
      resolvers: [...places, ...check],
    }),
    MultitenancyModule.forFeature({
      name: 'session',
      maxClients: 10_000,
      create: ({ id }) => {
        clients += 1;
        return { tenantId: id };
      },
    }),
  ],
  controllers: [WhoController],
})(NodeModule);

const app = await NestFactory.create(NodeModule, new FastifyAdapter(), { logger: ['error', 'fatal'] });
await app.listen(port, '127.0.0.1');
process.on('message', () => process.send({ clients, mismatches }));
process.on('disconnect', () => process.exit());
process.send({ ready: true });
