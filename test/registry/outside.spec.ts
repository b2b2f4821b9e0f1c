import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { TenantClientRegistry } from '@tenantry/core';
import { deferred, settle } from './support/harness.js';

/** Stands for the scope of a tenant: what a callback sees of it, it would act in. */
const scope = new AsyncLocalStorage<string>();

interface Client {
  readonly id: string;
}

/** A registry that is made in the scope of foo, and notes in whose scope each of its callbacks runs. */
function madeInScopeOfFoo() {
  const seen: string[] = [];
  const note = (what: string): void => void seen.push(`${what}:${scope.getStore() ?? 'none'}`);
  const hung = deferred<Client>();
  const registry = scope.run(
    'foo',
    () =>
      new TenantClientRegistry<Client, object>({
        name: 'outside',
        maxClients: 1,
        template: () => (note('template'), {}),
        create: async (id, { signal }) => {
          signal.addEventListener('abort', () => note('abort'));
          note('create');
          await settle();
          note('create later');
          return id === 'hung' ? hung.promise : { id };
        },
        weigh: () => (note('weigh'), 1),
        check: ({ id }) => (note('check'), id !== 'ill'),
        dispose: async () => {
          note('dispose');
          await settle();
          note('dispose later');
        },
      }),
  );
  scope.run('foo', () => {
    for (const name of ['created', 'createFailed', 'evicted', 'disposed'] as const) registry.on(name, () => note(name));
  });
  return { registry, seen, note, hung };
}

/** Names of the callbacks that were called, each once. */
function called(seen: readonly string[]): string[] {
  return [...new Set(seen.map((line) => line.split(':')[0] as string))].sort();
}

describe('R23: the callbacks of the application run outside of every scope', () => {
  it('wherever the registry was made and whichever scope causes the call', async () => {
    const { registry, seen, note, hung } = madeInScopeOfFoo();
    const onChannel = (): void => note('channel');
    subscribe('tenantry:client:evicted', onChannel);
    await scope.run('foo', () => registry.use('foo', () => undefined));
    // Bar's request closes foo's client to have its place.
    await scope.run('bar', () => registry.use('bar', () => undefined));
    await scope.run('bar', () => registry.refresh('bar').catch(() => undefined));
    await scope.run('bar', () => registry.add('bar', { id: 'added' }, { onExisting: 'replace' }));
    await scope.run('bar', () => registry.cleanUp(0));
    await scope.run('foo', async () => (await registry.acquire('ill')).release());
    const held = await scope.run('foo', () => registry.acquire('ill'));
    await scope.run('bar', () => registry.cleanUp());
    held.release();
    const hanging = scope.run('foo', () => registry.acquire('hung').catch(() => undefined));
    for (let turn = 0; turn < 5; turn += 1) await settle();
    await scope.run('bar', () => registry.evict('hung'));
    hung.reject(new Error('too late'));
    await hanging;
    await scope.run('bar', () => registry.close());
    unsubscribe('tenantry:client:evicted', onChannel);
    expect(seen.filter((line) => !line.endsWith(':none'))).toEqual([]);
    expect(called(seen)).toEqual(
      // prettier-ignore
      ['abort', 'channel', 'check', 'create', 'create later', 'created', 'dispose', 'dispose later', 'disposed', 'evicted', 'template', 'weigh'],
    );
  });
});
