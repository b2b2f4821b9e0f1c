import type { INestApplication } from '@nestjs/common';
import type { InMemoryTenantCatalog } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import type { FromIssuersOptions, IssuerLookup, IssuerOptions, TenantBinding } from '@tenantry/jwt';
import { ADAPTERS, call } from '../support/http.js';
import { until } from '../support/until.js';
import { IssuerServer } from './support/issuer-server.js';
import { me, publishing, someTenants, startTokenApp } from './support/token-app.js';

const IDP_OF_FOO = 'https://foo.example.com';
const IDP_OF_BAR = 'https://bar.example.com';

describe.each(ADAPTERS)('issuers and their tenants on %s', (adapter) => {
  let app: INestApplication | undefined;
  let foo: IssuerServer;
  let bar: IssuerServer;
  let catalog: InMemoryTenantCatalog;

  beforeEach(async () => {
    foo = await IssuerServer.start(IDP_OF_FOO);
    bar = await IssuerServer.start(IDP_OF_BAR);
    catalog = someTenants();
  });

  afterEach(async () => {
    await app?.close();
    app = undefined;
    await foo.close();
    await bar.close();
  });

  async function start(tokens: FromIssuersOptions): Promise<INestApplication> {
    app = await startTokenApp({ adapter, tokens, catalog });
    return app;
  }

  const bound = (tenants: TenantBinding): Promise<INestApplication> =>
    start({ issuers: [publishing(foo, { tenants })] });

  async function tenantOf(token: string): Promise<unknown> {
    const { json } = await me(app!, token);
    const { tenant, code } = json as { tenant?: string; code?: string };
    return tenant ?? code;
  }

  describe('an issuer of one tenant', () => {
    it('names that tenant, whatever its tokens claim, when no claim is read', async () => {
      await bound({ tenantId: 'foo' });
      expect(await tenantOf(await foo.sign({ tenant: undefined }))).toBe('foo');
      expect(await tenantOf(await foo.sign({ tenant: 'bar' }))).toBe('foo');
    });

    it('is no way in by a domain: only the immutable id names a tenant', async () => {
      await bound({ claim: 'tenant', allowed: () => true });
      expect(await tenantOf(await foo.sign({ tenant: 'foo' }))).toBe('foo');
      expect(await tenantOf(await foo.sign({ tenant: 'foo.com' }))).toBe('MT_TENANT_UNKNOWN');
    });

    it('is refused when it claims another tenant', async () => {
      await bound({ tenantId: 'foo', claim: 'tenant' });
      expect(await tenantOf(await foo.sign({ tenant: undefined }))).toBe('foo');
      expect(await tenantOf(await foo.sign({ tenant: 'FOO' }))).toBe('foo');
      for (const tenant of ['bar', 'super', 'foo.com', ['foo'], null, '']) {
        expect(await tenantOf(await foo.sign({ tenant }))).toBe('MT_TENANT_TOKEN_INVALID');
      }
    });
  });

  describe('an issuer with a claim', () => {
    it('may name the tenants of its list and no other', async () => {
      await bound({ claim: 'tenant', allowed: ['foo', 'CASE-1'] });
      expect(await tenantOf(await foo.sign({ tenant: 'foo' }))).toBe('foo');
      expect(await tenantOf(await foo.sign({ tenant: 'case-1' }))).toBe('Case-1');
      expect(await tenantOf(await foo.sign({ tenant: 'bar' }))).toBe('MT_TENANT_TOKEN_INVALID');
    });

    it('may name what a function allows with true, and nothing with anything else', async () => {
      const answers = new Map<string, unknown>([
        ['foo', Promise.resolve(true)],
        ['bar', 'yes'],
        ['case-1', undefined],
      ]);
      await bound({ claim: 'tenant', allowed: (id) => answers.get(id) as boolean });
      expect(await tenantOf(await foo.sign({ tenant: 'foo' }))).toBe('foo');
      expect(await tenantOf(await foo.sign({ tenant: 'bar' }))).toBe('MT_TENANT_TOKEN_INVALID');
      expect(await tenantOf(await foo.sign({ tenant: 'case-1' }))).toBe('MT_TENANT_TOKEN_INVALID');
    });

    it('is an outage where the function fails', async () => {
      await bound({ claim: 'tenant', allowed: () => Promise.reject(new Error('database down')) });
      expect(await tenantOf(await foo.sign())).toBe('MT_CATALOG_UNAVAILABLE');
    });

    it('reaches routes of the super tenant only where that is allowed by name', async () => {
      await bound({ claim: 'tenant', allowed: ['super'] });
      const headers = { authorization: `Bearer ${await foo.sign({ tenant: 'super' })}` };
      expect((await call(app!, '/me/operator', { headers })).status).toBe(200);
      await app!.close();
      await bound({ claim: 'tenant' });
      expect((await call(app!, '/me/operator', { headers })).status).toBe(401);
    });
  });

  it('refuses a token of one tenant’s issuer that asserts the other tenant', async () => {
    const issuers = [foo, bar].map((server, index): IssuerOptions => {
      return publishing(server, { tenants: { claim: 'tenant', allowed: [['foo', 'bar'][index]!] } });
    });
    await start({ issuers });
    expect(await tenantOf(await foo.sign({ tenant: 'foo' }))).toBe('foo');
    expect(await tenantOf(await bar.sign({ tenant: 'bar' }))).toBe('bar');
    expect(await tenantOf(await foo.sign({ tenant: 'bar' }))).toBe('MT_TENANT_TOKEN_INVALID');
    expect(await tenantOf(await bar.sign({ tenant: 'foo' }))).toBe('MT_TENANT_TOKEN_INVALID');
    expect(await tenantOf(await foo.sign({ iss: IDP_OF_BAR, tenant: 'bar' }))).toBe('MT_TENANT_TOKEN_INVALID');
  });

  it('keeps an old token invalid after its tenant was deleted and the name went to another one', async () => {
    await start({ issuers: [publishing(foo)] });
    const old = await foo.sign({ tenant: 'foo' });
    expect(await tenantOf(old)).toBe('foo');
    await catalog.delete('foo');
    await catalog.create({ id: 'foo-2', domain: 'foo.com' });
    expect(await tenantOf(old)).toBe('MT_TENANT_UNKNOWN');
    await expect(catalog.create({ id: 'foo', domain: 'new.com' })).rejects.toMatchObject({ code: 'MT_TENANT_EXISTS' });
    expect(await tenantOf(await foo.sign({ tenant: 'foo-2' }))).toBe('foo-2');
  });

  describe('issuers that are looked up', () => {
    let asked: string[];
    let arrived: number;
    let clock: ManualClock;

    beforeEach(() => {
      asked = [];
      arrived = 0;
      clock = new ManualClock();
    });

    const isOnLoopback = (url: URL): boolean => url.hostname === '127.0.0.1';

    async function lookingUp(lookup: IssuerLookup, more: Partial<FromIssuersOptions> = {}): Promise<void> {
      const issuers: IssuerLookup = (issuer) => {
        asked.push(issuer);
        return lookup(issuer);
      };
      const countArrivals = (): null => {
        arrived += 1;
        return null;
      };
      const tokens = { issuers, allowJwksUrl: isOnLoopback, clock, ...more };
      app = await startTokenApp({ adapter, tokens, catalog, resolvers: [countArrivals] });
    }

    const ofCatalog: IssuerLookup = async (issuer) => {
      const servers = new Map([
        [IDP_OF_FOO, { server: foo, tenantId: 'foo' }],
        [IDP_OF_BAR, { server: bar, tenantId: 'bar' }],
      ]);
      const found = servers.get(issuer);
      return found ? publishing(found.server, { tenants: { tenantId: found.tenantId, claim: 'tenant' } }) : null;
    };

    it('give each tenant an identity provider of its own', async () => {
      await lookingUp(ofCatalog);
      expect(await tenantOf(await foo.sign({ tenant: undefined }))).toBe('foo');
      expect(await tenantOf(await bar.sign({ tenant: 'bar' }))).toBe('bar');
      expect(await tenantOf(await bar.sign({ tenant: 'foo' }))).toBe('MT_TENANT_TOKEN_INVALID');
      expect(asked).toEqual([IDP_OF_FOO, IDP_OF_BAR]);
    });

    it('are asked for once while the answer is kept, unknown ones too, and keep their keys after that', async () => {
      await lookingUp(ofCatalog);
      const unknown = await foo.sign({ iss: 'https://evil.example.com' });
      for (let i = 0; i < 3; i += 1) {
        expect(await tenantOf(await foo.sign())).toBe('foo');
        expect(await tenantOf(unknown)).toBe('MT_TENANT_TOKEN_INVALID');
      }
      expect(asked).toHaveLength(2);
      clock.advance(60_000);
      expect(await tenantOf(await foo.sign())).toBe('foo');
      expect(asked).toHaveLength(3);
      expect(foo.fetches).toBe(1);
    });

    it('are asked for once by requests that wait at the same time', async () => {
      let give: (options: IssuerOptions) => void = () => undefined;
      await lookingUp(() => new Promise((resolve) => (give = resolve)));
      const token = await foo.sign();
      const answers = [tenantOf(token), tenantOf(token), tenantOf(token)];
      await until(() => arrived === 3);
      give(publishing(foo, { tenants: { tenantId: 'foo' } }));
      expect(await Promise.all(answers)).toEqual(['foo', 'foo', 'foo']);
      expect(asked).toHaveLength(1);
    });

    it('are not evicted by unknown ones', async () => {
      await lookingUp(ofCatalog, { maxIssuers: 2 });
      expect(await tenantOf(await foo.sign())).toBe('foo');
      for (let i = 0; i < 20; i += 1) await tenantOf(await foo.sign({ iss: `https://evil-${i}.example.com` }));
      const before = asked.length;
      expect(await tenantOf(await foo.sign())).toBe('foo');
      expect(asked).toHaveLength(before);
    });

    it('are an outage while they cannot be looked up, and are asked for again at once', async () => {
      let down = true;
      await lookingUp((issuer) => {
        if (down) throw new Error('postgres://app:secret@db is down');
        return ofCatalog(issuer);
      });
      const answer = await me(app!, await foo.sign());
      expect(answer.json).toMatchObject({ status: 503, code: 'MT_CATALOG_UNAVAILABLE' });
      expect(answer.text).not.toContain('secret');
      down = false;
      expect(await tenantOf(await foo.sign())).toBe('foo');
    });

    it('are no longer trusted once the answer is old and they have gone', async () => {
      let known = true;
      await lookingUp((issuer) => (known ? ofCatalog(issuer) : null));
      expect(await tenantOf(await foo.sign())).toBe('foo');
      known = false;
      clock.advance(60_000);
      expect(await tenantOf(await foo.sign())).toBe('MT_TENANT_TOKEN_INVALID');
    });

    it.each<[string, () => IssuerOptions]>([
      ['another issuer than the one asked for', () => publishing(bar, { tenants: { tenantId: 'foo' } })],
      ['a claim without saying which tenants it may name', () => publishing(foo)],
      ['options that are wrong', () => publishing(foo, { algorithms: [], tenants: { tenantId: 'foo' } })],
      [
        'an address of keys that is not allowed',
        () => publishing(foo, { jwks: { url: 'https://10.0.0.1/' }, tenants: { tenantId: 'foo' } }),
      ],
    ])('refuse every request with %s', async (_what, options) => {
      await lookingUp(options);
      expect(await tenantOf(await foo.sign())).toBe('MT_OPTIONS_INVALID');
      expect([foo.fetches, bar.fetches]).toEqual([0, 0]);
    });

    it('may not have their keys on a loopback address unless the application allows it', async () => {
      await start({ issuers: ofCatalog });
      expect(await tenantOf(await foo.sign())).toBe('MT_OPTIONS_INVALID');
      expect(foo.fetches).toBe(0);
    });
  });
});
