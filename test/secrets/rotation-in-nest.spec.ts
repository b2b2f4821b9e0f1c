import { Logger, Module, Optional } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getTenantClientRegistryToken, InMemoryTenantCatalog, MultitenancyModule, tenantId } from '@tenantry/core';
import type { Tenant, TenantClientRegistry } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import {
  ClientRotation,
  getClientRotationToken,
  InjectClientRotation,
  observedSecrets,
  ObservedSecrets,
  rotateClients,
  Secret,
} from '@tenantry/secrets';
import { until } from '../support/until.js';

Logger.overrideLogger(false);

const CLOCK = Symbol('clock');

describe('rotateClients in a Nest application', () => {
  const clock = new ManualClock();
  let version: number;
  let closed: number;
  let app: INestApplicationContext;

  const secretsOfTest = (): ObservedSecrets =>
    observedSecrets({
      read: async () => ({ version: String(version), value: new Secret({}) }),
      close: async () => void (closed += 1),
    });

  class Reporter {
    constructor(@Optional() @InjectClientRotation('cloud') readonly rotation: ClientRotation) {}
  }

  @Module({
    providers: [
      { provide: ObservedSecrets, useFactory: secretsOfTest },
      { provide: CLOCK, useValue: clock },
    ],
    exports: [ObservedSecrets, CLOCK],
  })
  class SecretsModule {}

  const clouds = MultitenancyModule.forFeatureAsync({
    name: 'cloud',
    imports: [SecretsModule],
    inject: [ObservedSecrets],
    useFactory: (secrets: ObservedSecrets) => ({
      create: async ({ id }: Tenant, { signal }) => ({ made: (await secrets.read(id, { signal })).version }),
    }),
  });

  const start = async (rotation: ReturnType<typeof rotateClients>): Promise<void> => {
    const catalog = new InMemoryTenantCatalog();
    await catalog.create({ id: tenantId('foo'), domain: 'foo.com', status: 'active' });
    @Module({
      imports: [MultitenancyModule.forRoot({ catalog, resolvers: [() => null], clock }), rotation, clouds],
      providers: [Reporter],
    })
    class AppModule {}
    app = await NestFactory.createApplicationContext(AppModule, { abortOnError: false, logger: false });
  };
  const registry = (): TenantClientRegistry<{ made: string }> =>
    app.get(getTenantClientRegistryToken('cloud'), { strict: false });

  beforeEach(() => void ([version, closed] = [1, 0]));

  it('finds kind, secrets and clock by name and token, compares until the shutdown, and closes the secrets once', async () => {
    await start(rotateClients({ kind: 'cloud', secrets: ObservedSecrets, clock: CLOCK, imports: [SecretsModule] }));
    await registry()
      .acquire('foo')
      .then((lease) => lease.release());
    version = 2;
    clock.advance(66_000);
    await until(() => registry().peek('foo')?.made === '2');
    version = 3;
    expect(await app.get(Reporter).rotation.credentialsRejected('foo')).toBe(true);
    expect(registry().peek('foo')?.made).toBe('3');
    await app.close();
    expect(closed).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('stops the start where no such kind is declared', async () => {
    await expect(start(rotateClients({ kind: 'other', secrets: secretsOfTest() }))).rejects.toMatchObject({
      code: 'MT_OPTIONS_INVALID',
      option: 'rotateClients.kind',
    });
  });

  it('takes secrets as they are', async () => {
    await start(rotateClients({ kind: 'cloud', secrets: secretsOfTest() }));
    expect(app.get(getClientRotationToken('cloud'), { strict: false })).toBeInstanceOf(ClientRotation);
    await app.close();
  });

  it.each([{ kind: '' }, { everyMs: 1 }, { secrets: {} }])('is not made from %j', (bad) => {
    const make = (): unknown => rotateClients({ kind: 'cloud', secrets: secretsOfTest(), ...(bad as object) });
    expect(make).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID' }));
  });
});
