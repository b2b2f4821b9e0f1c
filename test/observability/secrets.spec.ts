import { Logger } from '@nestjs/common';
import { tenantId } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import { Secret, vaultSecrets } from '@tenantry/secrets';
import type { ObservedSecrets } from '@tenantry/secrets';
import { FakeVault } from '../secrets/support/fake-vault.js';
import { CollectedMetrics } from './support/collected.js';
import { startObserved } from './support/observed-app.js';
import type { ObservedApp } from './support/observed-app.js';

Logger.overrideLogger(false);

const UP = { status: 'up' };
const LEASE_SECONDS = 3_600;

describe('an application whose secrets are vaultSecrets at a (fake) server', () => {
  const metrics = new CollectedMetrics();
  const clock = new ManualClock();
  const { signal } = new AbortController();
  let vault: FakeVault;
  let own: ObservedSecrets;
  let foreign: ObservedSecrets;
  let observed: ObservedApp;

  const open = (): ObservedSecrets =>
    vaultSecrets({ ...vault.options, secretId: new Secret(vault.secretId), clock, random: () => 0 });
  const read = (secrets: ObservedSecrets): Promise<unknown> => secrets.read(tenantId('foo'), { signal });
  const requests = (operation: string, outcome: string): Promise<number> =>
    metrics.total('tenantry.secrets.requests', { operation, outcome });
  const expiresIn = async (): Promise<(number | undefined)[]> =>
    (await metrics.of('tenantry.secrets.token.expires_in')).map(({ value }) => value);
  const secretsPart = async (): Promise<unknown> => (await observed.health.ready()).parts['secrets'];

  beforeAll(async () => {
    vault = await FakeVault.start();
    vault.write('tenants/foo', { client_id: 'foo' });
    vault.tokens.leaseSeconds = LEASE_SECONDS;
    [own, foreign] = [open(), open()];
    observed = await startObserved('fastify', { meterProvider: metrics.provider, clock, secrets: [own] });
  });
  afterAll(async () => {
    await observed.app.close();
    await Promise.all([own.close(), foreign.close(), metrics.close()]);
    await vault.close();
  });

  it('counts their requests and has the expiry of their token, and nothing of other secrets', async () => {
    await read(foreign);
    expect([await requests('login', 'ok'), await expiresIn()]).toEqual([0, []]);
    await read(own);
    await read(own);
    expect([await requests('login', 'ok'), await requests('read', 'ok')]).toEqual([1, 2]);
    clock.advance(600_000);
    expect(await expiresIn()).toEqual([LEASE_SECONDS - 600]);
    expect(await secretsPart()).toEqual(UP);
  });

  it('is ready when one tenant is denied, and not ready once the token is revoked and the login refused', async () => {
    vault.intervene = ({ operation }) => (operation === 'read' ? { status: 403 } : undefined);
    await expect(read(own)).rejects.toMatchObject({ code: 'MT_SECRET_DENIED' });
    expect([await requests('read', 'denied'), await secretsPart()]).toEqual([1, UP]);
    vault.tokens.revokeAll();
    vault.intervene = ({ operation }) => (operation === 'login' ? { status: 400 } : undefined);
    await expect(read(own)).rejects.toMatchObject({ code: 'MT_SECRETS_LOGIN_REFUSED' });
    expect([await requests('login', 'status 400'), await expiresIn()]).toEqual([1, [0]]);
    expect(await secretsPart()).toEqual({ status: 'down', reason: 'MT_CATALOG_UNAVAILABLE' });
  });

  it('is ready again after the next login', async () => {
    vault.intervene = () => undefined;
    clock.advance(15_000);
    await read(own);
    expect([await secretsPart(), await expiresIn()]).toEqual([UP, [LEASE_SECONDS]]);
  });
});
