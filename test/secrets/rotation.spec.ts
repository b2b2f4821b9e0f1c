import { Logger } from '@nestjs/common';
import { TenantClientRegistry, tenantId } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import {
  ClientRotation,
  observedSecrets,
  Secret,
  secretFields,
  SecretMissingError,
  SecretsUnavailableError,
  vaultSecrets,
} from '@tenantry/secrets';
import type { ClientRotationOptions, ObservedSecrets, RotationEvent, SecretVersion } from '@tenantry/secrets';
import { until } from '../support/until.js';
import { FakeVault } from './support/fake-vault.js';
import { follow, stopFollowing } from './support/follow.js';

Logger.overrideLogger(false);

const IDS = ['foo', 'bar', 'baz'];

/** A client that counts its uses after it was disposed. */
class TestClient {
  static usesAfterDisposal = 0;
  isDisposed = false;
  readonly secret: string;

  constructor(secret: string) {
    this.secret = secret;
  }

  async call(): Promise<string> {
    await new Promise(setImmediate);
    if (this.isDisposed) TestClient.usesAfterDisposal += 1;
    return this.secret;
  }
}

function registryOn(secrets: ObservedSecrets, clock: ManualClock, before: () => Promise<void> = async () => undefined) {
  return new TenantClientRegistry<TestClient>({
    name: 'cloud',
    clock,
    random: () => 0,
    create: async (id, { signal }) => {
      const found = await secrets.read(tenantId(id), { signal });
      await before();
      return new TestClient(secretFields(id, found, ['client_secret']).client_secret);
    },
    dispose: (client) => void (client.isDisposed = true),
  });
}

afterEach(stopFollowing);

describe('a rotation of credentials in a (fake) Vault', () => {
  let vault: FakeVault;
  let secrets: ObservedSecrets;

  beforeEach(async () => {
    vault = await FakeVault.start();
    secrets = vaultSecrets({ ...vault.options, secretId: new Secret(vault.secretId) });
    TestClient.usesAfterDisposal = 0;
  });
  afterEach(async () => {
    await secrets.close();
    await vault.close();
  });

  it('fails no call of 50 workers in 20 rotations, and disposes no client in use', async () => {
    const write = (version: number): void =>
      IDS.forEach((id) => void vault.write(`tenants/${id}`, { client_secret: `${id}-${version}` }));
    write(0);
    const clock = new ManualClock();
    const registry = registryOn(secrets, clock);
    const rotation = new ClientRotation({ registry, secrets, clock });
    rotation.start();
    let [calls, isOver] = [0, false];
    const failures: unknown[] = [];
    const worker = async (_: unknown, index: number): Promise<void> => {
      const id = IDS[index % IDS.length] ?? '';
      while (!isOver) {
        await registry
          .use(id, (client) => client.call())
          .then((secret) => expect(secret).toMatch(`${id}-`))
          .catch((error: unknown) => failures.push(error));
        calls += 1;
      }
    };
    const workers = Array.from({ length: 50 }, worker);
    await until(() => registry.size === IDS.length);
    for (let round = 1; round <= 20; round += 1) {
      write(round);
      await rotation.compare();
      for (const id of IDS) expect(registry.peek(id)?.secret).toBe(`${id}-${round}`);
    }
    isOver = true;
    await Promise.all(workers);
    expect(failures).toEqual([]);
    expect(TestClient.usesAfterDisposal).toBe(0);
    expect(calls).toBeGreaterThan(1_000);
    expect(registry.stats().evictions).toMatchObject({ rotated: 60 });
    expect(vault.counts.login).toBe(1);
    await rotation.stop();
    await registry.close();
  });

  it('renews what depends on a rotated client with it: 50 workers, 20 rotations, no failed call, no use after disposal', async () => {
    const write = (version: number): void =>
      IDS.forEach((id) => void vault.write(`tenants/${id}`, { client_secret: `${id}-${version}` }));
    write(0);
    const clock = new ManualClock();
    const registry = registryOn(secrets, clock);
    /** Calls through the client that it was made with, which must not be disposed before it. */
    class Derived extends TestClient {
      constructor(readonly base: TestClient) {
        super(base.secret);
      }
      override async call(): Promise<string> {
        const secret = await super.call();
        return secret === (await this.base.call()) ? secret : 'of another';
      }
    }
    const derived = new TenantClientRegistry<Derived>({
      name: 'storage',
      clock,
      random: () => 0,
      dependsOn: [registry],
      create: (_id, { clients }) => new Derived(clients['cloud'] as TestClient),
      dispose: (client) => void (client.isDisposed = true),
    });
    const rotation = new ClientRotation({ registry, secrets, clock });
    rotation.start();
    let [calls, isOver] = [0, false];
    const failures: unknown[] = [];
    const worker = async (_: unknown, index: number): Promise<void> => {
      const id = IDS[index % IDS.length] ?? '';
      while (!isOver) {
        await derived
          .use(id, (client) => client.call())
          .then((secret) => expect(secret).toMatch(`${id}-`))
          .catch((error: unknown) => failures.push(error));
        calls += 1;
      }
    };
    const workers = Array.from({ length: 50 }, worker);
    await until(() => derived.size === IDS.length);
    for (let round = 1; round <= 20; round += 1) {
      write(round);
      await rotation.compare();
      await until(() => IDS.every((id) => derived.peek(id)?.secret === `${id}-${round}`));
    }
    isOver = true;
    await Promise.all(workers);
    expect([failures, TestClient.usesAfterDisposal]).toEqual([[], 0]);
    expect(calls).toBeGreaterThan(1_000);
    expect(registry.stats().evictions).toMatchObject({ rotated: 60 });
    expect(derived.stats().evictions).toMatchObject({ dependency: 60 });
    await rotation.stop();
    await derived.close();
    await registry.close();
  });

  it('leaves clients in use while the server is sealed, logs that once, and catches up afterwards', async () => {
    for (const id of IDS) vault.write(`tenants/${id}`, { client_secret: 'one' });
    const clock = new ManualClock();
    const registry = registryOn(secrets, clock);
    const rotation = new ClientRotation({ registry, secrets, clock });
    rotation.start();
    for (const id of IDS) await registry.use(id, (client) => client.call());
    const events = follow<RotationEvent>('tenantry:secrets:rotation');
    vault.sealed = true;
    const before = vault.received.length;
    for (let round = 0; round < 5; round += 1) await rotation.compare();
    for (let use = 0; use < 20; use += 1) await registry.use('foo', (client) => client.call());
    expect(events.every(({ outcome, error }) => outcome === 'failed' && error instanceof SecretsUnavailableError)).toBe(
      true,
    );
    expect(vault.received.length - before).toBeLessThanOrEqual(15);
    vault.sealed = false;
    vault.write('tenants/foo', { client_secret: 'two' });
    await rotation.compare();
    expect(registry.peek('foo')?.secret).toBe('two');
    await rotation.stop();
    await registry.close();
  });
});

describe('ClientRotation', () => {
  let current: SecretVersion | Error;
  let reads: number;
  let clock: ManualClock;
  let now: number;
  let secrets: ObservedSecrets;
  let registry: TenantClientRegistry<TestClient>;
  let rotation: ClientRotation;
  let hold: Promise<void>;

  const put = (version: string, expiresAt?: number): void => {
    const value = new Secret({ client_secret: version });
    current = { version, value, ...(expiresAt === undefined ? {} : { expiresAt }) };
  };
  const live = (): string | undefined => registry.peek('foo')?.secret;
  const use = (): Promise<string> => registry.use('foo', (client) => client.call());

  beforeEach(() => {
    put('1');
    [reads, now, hold, clock] = [0, 0, Promise.resolve(), new ManualClock()];
    secrets = observedSecrets({
      read: async () => {
        reads += 1;
        if (current instanceof Error) throw current;
        return current;
      },
      close: async () => undefined,
    });
    registry = registryOn(secrets, clock, () => hold);
    rotation = new ClientRotation({ registry, secrets, clock, now: () => now, random: () => 0 });
    rotation.start();
  });
  afterEach(async () => {
    await rotation.stop();
    await registry.close();
  });

  it('compares every minute, and creates nothing while nothing has changed', async () => {
    await use();
    const client = registry.peek('foo');
    for (let round = 1; round <= 3; round += 1) {
      clock.advance(59_999);
      expect(reads).toBe(round);
      clock.advance(1);
      await until(() => reads === round + 1 && clock.pendingTimers === 1);
    }
    expect(registry.peek('foo')).toBe(client);
  });

  it('reads nothing for tenants without a live client', async () => {
    await rotation.compare();
    expect(reads).toBe(0);
  });

  it('does not miss a version that was written between the factory’s read and its first comparison', async () => {
    let release = (): void => undefined;
    hold = new Promise((resolve) => (release = resolve));
    const using = use();
    await until(() => reads === 1);
    put('2');
    release();
    await using;
    expect(live()).toBe('1');
    await rotation.compare();
    expect(live()).toBe('2');
  });

  it('does not use a version that only another caller has read as that of the client', async () => {
    await use();
    put('2');
    await secrets.read(tenantId('foo'), { signal: new AbortController().signal });
    await rotation.compare();
    expect(live()).toBe('2');
  });

  it('does not use a newer version that another caller reads while the client is being created as that of the client', async () => {
    let release = (): void => undefined;
    hold = new Promise((resolve) => (release = resolve));
    const using = use();
    await until(() => reads === 1);
    put('2');
    await secrets.read(tenantId('foo'), { signal: new AbortController().signal });
    release();
    await using;
    expect(live()).toBe('1');
    await rotation.compare();
    expect(live()).toBe('2');
  });

  it('tries again after a renewal whose factory failed', async () => {
    await use();
    put('2');
    hold = Promise.reject(new Error('the cloud is away'));
    hold.catch(() => undefined);
    await rotation.compare();
    expect(live()).toBe('1');
    hold = Promise.resolve();
    clock.advance(250);
    await rotation.compare();
    expect(live()).toBe('2');
  });

  it('renews again when it has joined a creation that began with the version before', async () => {
    await use();
    put('2');
    let release = (): void => undefined;
    hold = new Promise((resolve) => (release = resolve));
    const joined = registry.refresh('foo');
    await until(() => reads === 2);
    put('3');
    const comparing = rotation.compare();
    await until(() => reads === 3);
    release();
    await Promise.all([joined, comparing]);
    expect(live()).toBe('3');
  });

  it('keeps a client whose credentials were deleted, and reports that for its tenant', async () => {
    await use();
    const events = follow<RotationEvent>('tenantry:secrets:rotation');
    current = new SecretMissingError('foo', 'Add them.');
    await rotation.compare();
    expect(live()).toBe('1');
    expect(events).toEqual([{ kind: 'cloud', tenantId: 'foo', outcome: 'failed', error: current }]);
  });

  it('renews a client before its credentials expire, and once only when there is no newer version', async () => {
    put('1', 200_000);
    await use();
    await rotation.compare();
    const first = registry.peek('foo');
    now = 80_000;
    await rotation.compare();
    const second = registry.peek('foo');
    expect(second).not.toBe(first);
    await rotation.compare();
    expect(registry.peek('foo')).toBe(second);
  });

  it('treats a client whose factory reads elsewhere as current', async () => {
    await registry.add('foo', new TestClient('added'));
    await rotation.compare();
    expect(live()).toBe('added');
    put('2');
    await expect(rotation.compare()).resolves.toBeUndefined();
  });

  it('compares nothing after it was stopped, and leaves no timer', async () => {
    await use();
    await rotation.stop();
    expect(clock.pendingTimers).toBe(0);
    await rotation.compare();
    expect(reads).toBe(1);
  });

  describe('credentialsRejected', () => {
    it('renews the client once for all who report at the same time', async () => {
      await use();
      put('2');
      const answers = await Promise.all(Array.from({ length: 50 }, () => rotation.credentialsRejected('foo')));
      expect(answers).toEqual(Array.from({ length: 50 }, () => true));
      expect(live()).toBe('2');
      expect(reads).toBe(2);
    });

    it('renews again after a delay only, which grows while reports continue, up to 15 s', async () => {
      await use();
      await rotation.credentialsRejected('foo');
      const pauses: number[] = [];
      for (let round = 0; round < 6; round += 1) {
        let waitedMs = 0;
        while (!(await rotation.credentialsRejected('FOO'))) {
          clock.advance(500);
          waitedMs += 500;
        }
        pauses.push(waitedMs);
      }
      expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    });

    it('starts over after a quiet minute', async () => {
      await use();
      for (let round = 0; round < 3; round += 1) {
        await rotation.credentialsRejected('foo');
        clock.advance(60_000);
      }
      await rotation.credentialsRejected('foo');
      clock.advance(1_000);
      expect(await rotation.credentialsRejected('foo')).toBe(true);
    });

    it('answers false where there is no client, and where the renewal fails, and never rejects', async () => {
      expect(await rotation.credentialsRejected('foo')).toBe(false);
      await use();
      current = new SecretsUnavailableError('sealed');
      expect(await rotation.credentialsRejected('foo')).toBe(false);
      expect(live()).toBe('1');
    });
  });

  it.each<[string, Partial<Record<keyof ClientRotationOptions, unknown>>]>([
    ['rotateClients.everyMs', { everyMs: 0 }],
    ['rotateClients.everyMs', { everyMs: NaN }],
    ['rotateClients.concurrency', { concurrency: 0 }],
    ['rotateClients.secrets', { secrets: { read: () => undefined, close: () => undefined } }],
    ['ClientRotation.registry', { registry: undefined }],
  ])('does not start with a bad %s', (option, bad) => {
    const create = (): unknown => new ClientRotation({ registry, secrets, ...bad } as never);
    expect(create).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID', option }));
  });
});
