import { TenantClientRegistry } from '@tenantry/core';
import type { TenantClientRegistryOptions } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';

/** A client that notes when it is closed. */
export interface TestClient {
  readonly id: number;
  readonly tenantId: string;
  closed: number;
}

/** A promise that a test settles by hand. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

export function deferred<T = void>(): Deferred<T> {
  let [resolve, reject]: [(value: T) => void, (error: unknown) => void] = [() => undefined, () => undefined];
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  await new Promise(setImmediate);
}

/** What a promise has come to by now. */
export async function outcome(promise: Promise<unknown>): Promise<string> {
  const settled = promise.then(
    () => 'fulfilled',
    (error: { code?: string; message?: string }) => error.code ?? error.message ?? 'rejected',
  );
  await settle();
  return Promise.race([settled, Promise.resolve('pending')]);
}

/** The code of what a promise rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no error',
    (error: { code?: string }) => error.code ?? error,
  );
}

type Options = Partial<TenantClientRegistryOptions<TestClient, unknown>>;

/** A registry whose factory makes a client at once, with everything in view. */
export function setUp(options: Options = {}) {
  const clock = new ManualClock();
  const clients: TestClient[] = [];
  const make = (tenantId: string): TestClient => {
    const client = { id: clients.length, tenantId, closed: 0 };
    clients.push(client);
    return client;
  };
  const create = jest.fn(options.create ?? ((tenantId: string) => make(tenantId)));
  const dispose = jest.fn(options.dispose ?? (() => undefined));
  const registry = new TenantClientRegistry<TestClient, unknown>({
    name: 'test',
    clock,
    random: () => 0,
    ...options,
    create,
    dispose: (client, disposal) => {
      client.closed += 1;
      return dispose(client, disposal);
    },
  });
  return { registry, clock, clients, make, create, dispose };
}

/** A factory whose calls a test settles one by one. */
function heldFactory(make: (tenantId: string) => TestClient) {
  const calls: (Deferred<TestClient> & { readonly tenantId: string; readonly signal: AbortSignal })[] = [];
  const create = (tenantId: string, { signal }: { signal: AbortSignal }): Promise<TestClient> => {
    const call = { ...deferred<TestClient>(), tenantId, signal };
    calls.push(call);
    return call.promise;
  };
  const deliver = async (index: number): Promise<void> => {
    calls[index]?.resolve(make(calls[index].tenantId));
    await settle();
  };
  return { calls, create, deliver };
}

/** {@link setUp} with a factory that a test settles by hand. */
export function setUpHeld(options: Options = {}) {
  let id = 0;
  const made: TestClient[] = [];
  const make = (tenantId: string): TestClient => {
    const client = { id: id++, tenantId, closed: 0 };
    made.push(client);
    return client;
  };
  const { calls, create, deliver } = heldFactory(make);
  return { ...setUp({ ...options, create }), calls, deliver, made };
}
