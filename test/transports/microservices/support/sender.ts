import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ClientProvider, ClientProxy } from '@nestjs/microservices';
import { ClientsModule } from '@nestjs/microservices';
import { fromPath, InMemoryTenantCatalog, MultitenancyModule, TenantContext, TenantMessages } from '@tenantry/core';
import { provideTenantClient, TenantClientProxy } from '@tenantry/transports/microservices';
import { firstValueFrom } from 'rxjs';
import { catalog } from './receiver.js';

/** The other side: an application that sends. */
export interface Sender {
  readonly context: TenantContext;
  readonly messages: TenantMessages;
  /** Seals. */
  readonly client: TenantClientProxy;
  /** Nest's own: sends what it is given. */
  readonly raw: ClientProxy;
  readonly catalog: InMemoryTenantCatalog;
  /** Sends for a tenant and gives the first reply. */
  ask<R>(tenantId: string, pattern: unknown, data: unknown): Promise<R>;
  /** Emits for a tenant, and waits until it is sent. */
  emit(tenantId: string, pattern: unknown, data: unknown): Promise<void>;
  /** Sends anything, and gives what came back as an error. */
  refusalOf(pattern: unknown, message: unknown): Promise<Problem>;
  close(): Promise<void>;
}

/** What a refused caller gets. */
export interface Problem {
  readonly status?: number | string;
  readonly code?: string;
  readonly message?: string;
}

/** Starts a sender on a client. The caller closes it. */
export async function startSender(client: ClientProvider, secrets: readonly string[] = []): Promise<Sender> {
  const own = catalog();

  @Module({
    imports: [
      MultitenancyModule.forRoot({ catalog: own, resolvers: [fromPath()], messages: { secrets } }),
      ClientsModule.register([{ name: 'ORDERS', ...client }]),
    ],
    providers: [provideTenantClient('TENANT_ORDERS', 'ORDERS')],
  })
  class Root {}

  const app = await NestFactory.createApplicationContext(Root, { logger: false });
  const raw = app.get<ClientProxy>('ORDERS');
  await raw.connect();
  return sender(app.get(TenantContext), app.get(TenantMessages), app.get('TENANT_ORDERS'), raw, own, () => app.close());
}

function sender(
  context: TenantContext,
  messages: TenantMessages,
  client: TenantClientProxy,
  raw: ClientProxy,
  own: InMemoryTenantCatalog,
  close: () => Promise<void>,
): Sender {
  const run = <R>(tenantId: string, fn: () => Promise<R>): Promise<R> =>
    tenantId === 'super' ? context.runAsSuperTenant(fn) : context.run(tenantId, fn);
  return {
    context,
    messages,
    client,
    raw,
    catalog: own,
    ask: <R>(tenantId: string, pattern: unknown, data: unknown) =>
      run(tenantId, () => firstValueFrom(client.send<R>(pattern, data))),
    emit: async (tenantId, pattern, data) => {
      await run(tenantId, () => firstValueFrom(client.emit(pattern, data), { defaultValue: undefined }));
    },
    refusalOf: (pattern, message) => rejection(firstValueFrom(raw.send(pattern, message))),
    close,
  };
}

/** What a promise rejects with; a promise that does not is an error. */
export async function rejection(promise: Promise<unknown>): Promise<Problem> {
  const [result] = await Promise.allSettled([promise]);
  if (result.status === 'fulfilled') throw new Error(`Not refused: ${JSON.stringify(result.value)}`);
  return result.reason as Problem;
}
