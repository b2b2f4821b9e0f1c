import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  CachedTenantCatalog,
  fromHost,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantContext,
} from '@tenantry/core';
import { InMemoryTenantLifecycleStore, LifecycleParticipants, TenantLifecycle } from '@tenantry/lifecycle';
import type { TenantLifecycleOptions, TenantProvisioner } from '@tenantry/lifecycle';

/*
 * A process that has nothing else to do than to await promises of the library: node awaiting-child.js. Prints what came of each to
 * stderr as JSON. Where a promise does not keep it alive, Node ends it with code 13 and without a message.
 */

const FOO = { id: 'foo', domain: 'foo.com' };
const never = (): Promise<never> => new Promise(() => undefined);
const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

function lifecycleOf(
  options: Partial<TenantLifecycleOptions>,
  provision?: TenantProvisioner['provision'],
): TenantLifecycle {
  const provisioners = provision === undefined ? [] : [{ name: 'rows', instance: { provision } }];
  const participants = new LifecycleParticipants([], provisioners);
  return new TenantLifecycle(
    { store: new InMemoryTenantLifecycleStore(), ...options },
    { participants: () => participants },
  );
}

/** Fails at first; the next attempt is made after a pause. */
async function retriedCreation(): Promise<unknown> {
  let attempts = 0;
  const lifecycle = lifecycleOf({ retryBackoffMs: 30 }, async () => {
    attempts += 1;
    if (attempts < 3) throw new Error('not now');
  });
  const { state, step } = await lifecycle.create(FOO);
  await lifecycle.close();
  return [attempts, state, step];
}

async function hungProvisioner(): Promise<unknown> {
  const lifecycle = lifecycleOf({ participantTimeoutMs: 30, maxAttempts: 1 }, never);
  return lifecycle.create(FOO).then(() => 'created', codeOf);
}

async function deletionThatWaits(): Promise<unknown> {
  let polls = 0;
  const lifecycle = lifecycleOf({ drainPollMs: 30, drained: async () => (polls += 1) > 2 });
  await lifecycle.create(FOO);
  await lifecycle.delete('foo');
  await lifecycle.idle();
  return polls;
}

async function hungCatalog(): Promise<unknown> {
  const catalog = new CachedTenantCatalog(
    Object.assign(new InMemoryTenantCatalog(), { findById: never, findByIdentifier: never }),
    {
      timeoutMs: 30,
    },
  );
  const answers = [catalog.findByIdentifier('foo.com'), catalog.findById('foo')];
  return Promise.all(answers.map((answer) => answer.catch(codeOf)));
}

async function round(): Promise<unknown> {
  let releases = 0;
  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog(['a', 'b', 'hung'].map((id) => ({ id, domain: `${id}.com` }))),
        resolvers: [fromHost()],
      }),
      MultitenancyModule.forFeature<object>({
        name: 'db',
        createTimeoutMs: 30,
        disposeTimeoutMs: 30,
        create: ({ id }) => (id === 'hung' ? never() : { id }),
        dispose: () => ((releases += 1), never()),
      }),
    ],
  })
  class App {}
  const app = await NestFactory.createApplicationContext(App, { logger: false });
  const report = await app.get(TenantContext).forEachTenant(() => undefined, { clients: ['db'], concurrency: 1 });
  await app.close();
  return [report.succeeded, report.failed.map(({ error }) => codeOf(error)), releases];
}

const results: Record<string, unknown> = {};
for (const work of [retriedCreation, hungProvisioner, deletionThatWaits, hungCatalog, round])
  results[work.name] = await work();
process.stderr.write(JSON.stringify(results));
