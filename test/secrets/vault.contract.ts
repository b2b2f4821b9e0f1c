import { setMaxListeners } from 'node:events';
import { tenantId } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import { Secret, secretFields, vaultSecrets } from '@tenantry/secrets';
import type { ObservedSecrets, VaultRequestEvent, VaultSecretsOptions, VaultTokenEvent } from '@tenantry/secrets';
import { until } from '../support/until.js';
import { follow, stopFollowing } from './support/follow.js';

/** A server with a role that may read `tenants/*` of one KV engine, data and metadata, and what its administrator does. */
export interface ContractVault {
  readonly secretId: string;
  readonly options: Pick<VaultSecretsOptions, 'address' | 'kvMount' | 'rolePath' | 'roleId'>;
  write(path: string, data: object): unknown;
  deleteLatest(path: string): unknown;
  revokeTokens(): unknown;
  newSecretId(): string | Promise<string>;
  close(): Promise<void>;
}

const FOO = tenantId('foo');
const { signal } = new AbortController();
setMaxListeners(0, signal);

/** What `vaultSecrets` needs of a server. The same for the fake and for a real one. */
export function describeVault(name: string, start: () => Promise<ContractVault>): void {
  describe(`vaultSecrets on ${name}`, () => {
    let vault: ContractVault;
    let secrets: ObservedSecrets;
    const clock = new ManualClock();

    const open = async (options: Partial<VaultSecretsOptions> = {}): Promise<void> => {
      await secrets?.close();
      const secretId = new Secret(vault.secretId);
      secrets = vaultSecrets({
        ...vault.options,
        path: (id) => `tenants/${id}`,
        secretId,
        clock,
        random: () => 0,
        ...options,
      });
    };
    const codeOf = (reading: Promise<unknown>): Promise<unknown> =>
      reading.then(
        () => 'read',
        (error: { code?: unknown }) => error.code,
      );

    beforeAll(async () => void (vault = await start()));
    beforeEach(() => open());
    afterEach(async () => {
      stopFollowing();
      await secrets.close();
    });
    afterAll(() => vault.close());

    it('reads the newest version, and its name as metadata gives it', async () => {
      await vault.write('tenants/foo', { client_id: 'a', client_secret: 'one' });
      const first = await secrets.read(FOO, { signal });
      await vault.write('tenants/foo', { client_id: 'a', client_secret: 'two' });
      const second = await secrets.read(FOO, { signal });
      expect(secretFields(FOO, first, ['client_secret'])).toEqual({ client_secret: 'one' });
      expect(secretFields(FOO, second, ['client_secret'])).toEqual({ client_secret: 'two' });
      expect(Number(second.version)).toBe(Number(first.version) + 1);
      expect(await secrets.version(FOO, { signal })).toBe(second.version);
    });

    it('reads a path whose segments need encoding', async () => {
      await vault.write('tenants/a b/ü', { client_id: 'encoded' });
      await open({ path: () => 'tenants/a b/ü' });
      expect((await secrets.read(FOO, { signal })).value.reveal()).toEqual({ client_id: 'encoded' });
    });

    it('finds nothing where nothing is, and where the newest version was deleted', async () => {
      await vault.write('tenants/gone', { client_id: 'a' });
      await vault.deleteLatest('tenants/gone');
      expect(await codeOf(secrets.read(tenantId('gone'), { signal }))).toBe('MT_SECRET_MISSING');
      expect(await codeOf(secrets.read(tenantId('nothing'), { signal }))).toBe('MT_SECRET_MISSING');
    });

    it('is denied what the policy does not allow, and keeps its login', async () => {
      await vault.write('tenants/foo', { client_id: 'a' });
      await open({ path: (id) => (id === 'foo' ? 'tenants/foo' : 'elsewhere/x') });
      const requests = follow<VaultRequestEvent>('tenantry:secrets:request');
      await secrets.read(FOO, { signal });
      expect(await codeOf(secrets.read(tenantId('bar'), { signal }))).toBe('MT_SECRET_DENIED');
      await secrets.read(FOO, { signal });
      const operations = requests.map(({ operation }) => operation);
      expect(operations).toEqual(['login', 'read', 'read', 'lookup', 'read']);
    });

    it.each<[string, Partial<VaultSecretsOptions>]>([
      ['secret id', { secretId: new Secret('00000000-0000-0000-0000-000000000000') }],
      ['role id', { roleId: 'unknown' }],
      ['path of the role', { rolePath: 'no-such-approle' }],
      ['namespace', { namespace: 'no-such-namespace' }],
    ])('is not let in with a wrong %s', async (_, options) => {
      await open(options);
      expect(await codeOf(secrets.read(FOO, { signal }))).toBe('MT_SECRETS_LOGIN_REFUSED');
    });

    it('logs in again when its token was revoked, with the secret id of that time, and fails no read', async () => {
      await vault.write('tenants/foo', { client_id: 'a' });
      let secretId = vault.secretId;
      await open({ secretId: async () => new Secret(secretId) });
      await secrets.read(FOO, { signal });
      secretId = await vault.newSecretId();
      await vault.revokeTokens();
      const requests = follow<VaultRequestEvent>('tenantry:secrets:request');
      await Promise.all(Array.from({ length: 20 }, () => secrets.read(FOO, { signal })));
      expect(requests.filter(({ operation }) => operation === 'login')).toHaveLength(1);
    });

    it('renews its token after two thirds of the lease', async () => {
      const tokens = follow<VaultTokenEvent>('tenantry:secrets:token');
      await codeOf(secrets.read(FOO, { signal }));
      expect(tokens[0]?.leaseMs).toBe(3_600_000);
      const requests = follow<VaultRequestEvent>('tenantry:secrets:request');
      clock.advance(2_400_000);
      await until(() => tokens.length === 2);
      expect(requests).toMatchObject([{ operation: 'renew', outcome: 'ok' }]);
      expect(tokens[1]?.leaseMs).toBe(3_600_000);
    });
  });
}
