import { fromIssuers } from '@tenantry/jwt';
import type { FromIssuersOptions } from '@tenantry/jwt';
import { exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';

const SECRET = 'correct horse battery staple 1234';

const own = {
  issuer: 'our-own',
  audience: 'our-api',
  algorithms: ['HS256'],
  secret: SECRET,
  tenants: { claim: 'tenant' },
};
const remote = { ...own, algorithms: ['RS256'], secret: undefined, jwks: { url: 'https://login.example.com/jwks' } };

function start(issuer: object, more: object = {}): unknown {
  return fromIssuers({ issuers: [issuer], ...more } as unknown as FromIssuersOptions);
}

async function keyOf(algorithm: string, which: 'privateKey' | 'publicKey'): Promise<JWK> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return exportJWK(pair[which]);
}

describe('options of fromIssuers', () => {
  it('are few for tokens of the application’s own', () => {
    expect(start(own)).toMatchObject({ name: 'token issuers', trust: 'verified' });
  });

  it.each([
    ['https://login.example.com/jwks'],
    [new URL('https://login.example.com/jwks')],
    ['http://localhost:8080/jwks'],
    ['http://127.0.0.1/jwks'],
    ['http://[::1]:8080/jwks'],
  ])('accept the address %s', (url) => {
    expect(start({ ...remote, jwks: { url } })).toBeDefined();
  });

  it.each<[string, string, object]>([
    ['no issuers', 'issuers', { issuers: undefined }],
    ['an empty list of issuers', 'issuers', { issuers: [] }],
    ['an issuer twice', 'issuers[1].issuer', { issuers: [own, own] }],
    ['an issuer that is no object', 'issuers[0]', { issuers: [null] }],
    ['a cache time below 0', 'issuerCacheMs', { issuers: [own], issuerCacheMs: -1 }],
    ['a fraction of issuers', 'maxIssuers', { issuers: [own], maxIssuers: 1.5 }],
    ['a number of tokens that is NaN', 'maxCachedTokens', { issuers: [own], maxCachedTokens: Number.NaN }],
    ['a rule of addresses that is no function', 'allowJwksUrl', { issuers: [own], allowJwksUrl: true }],
    ['a time that is no function', 'now', { issuers: [own], now: 0 }],
  ])('stop the start with %s', (_what, option, options) => {
    const wrong = (): unknown => fromIssuers(options as FromIssuersOptions);
    expect(wrong).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID', option: `fromIssuers.${option}` }));
  });

  it.each<[string, string, object]>([
    ['no name', '.issuer', { ...own, issuer: '' }],
    ['no audience', '.audience', { ...own, audience: undefined }],
    ['an empty audience', '.audience[0]', { ...own, audience: '' }],
    ['an empty list of audiences', '.audience', { ...own, audience: [] }],
    ['no algorithms', '.algorithms', { ...own, algorithms: undefined }],
    ['an empty list of algorithms', '.algorithms', { ...own, algorithms: [] }],
    ['the algorithm none', '.algorithms', { ...own, algorithms: ['HS256', 'none'] }],
    ['RS with a secret', '.algorithms', { ...own, algorithms: ['RS256'] }],
    ['HS with published keys', '.algorithms', { ...remote, algorithms: ['RS256', 'HS256'] }],
    ['an unknown algorithm', '.algorithms', { ...remote, algorithms: ['RS1'] }],
    ['neither keys nor secret', '', { ...own, secret: undefined }],
    ['a secret as well as published keys', '', { ...remote, secret: SECRET, algorithms: ['HS256'] }],
    ['a short secret', '.secret', { ...own, secret: 'short' }],
    ['a secret that is too short for HS512', '.secret', { ...own, algorithms: ['HS256', 'HS512'] }],
    ['a secret that is a number', '.secret', { ...own, secret: 42 }],
    ['an address without encryption', '.jwks.url', { ...remote, jwks: { url: 'http://login.example.com/jwks' } }],
    ['an address that looks like loopback', '.jwks.url', { ...remote, jwks: { url: 'http://localhost.evil.com/' } }],
    ['a file for an address', '.jwks.url', { ...remote, jwks: { url: 'file:///etc/passwd' } }],
    ['a password in the address', '.jwks.url', { ...remote, jwks: { url: 'https://me:hidden@example.com/' } }],
    ['an address that is none', '.jwks.url', { ...remote, jwks: { url: 'me:hidden@' } }],
    ['no timeout', '.jwks.timeoutMs', { ...remote, jwks: { ...remote.jwks, timeoutMs: 0 } }],
    ['no cool-down', '.jwks.coolDownMs', { ...remote, jwks: { ...remote.jwks, coolDownMs: 0 } }],
    ['an endless cache', '.jwks.cacheMs', { ...remote, jwks: { ...remote.jwks, cacheMs: Infinity } }],
    ['an endless key set', '.jwks.maxBytes', { ...remote, jwks: { ...remote.jwks, maxBytes: Infinity } }],
    ['no tenants', '.tenants', { ...own, tenants: undefined }],
    ['tenants that name neither claim nor id', '.tenants.claim', { ...own, tenants: {} }],
    ['a tenant that is no id', '.tenants.tenantId', { ...own, tenants: { tenantId: 'a b' } }],
    ['allowed ids that are none', '.tenants.allowed[0]', { ...own, tenants: { claim: 'tenant', allowed: ['a b'] } }],
    ['nothing allowed', '.tenants.allowed', { ...own, tenants: { claim: 'tenant', allowed: [] } }],
    ['an allowance that is neither', '.tenants.allowed', { ...own, tenants: { claim: 'tenant', allowed: true } }],
    ['types that are no list', '.types', { ...own, types: 'JWT' }],
    ['required claims that are no list', '.requiredClaims', { ...own, requiredClaims: 'sub' }],
    ['a tolerance of an hour', '.clockToleranceSeconds', { ...own, clockToleranceSeconds: 3_600 }],
    ['no age', '.maxTokenAgeSeconds', { ...own, maxTokenAgeSeconds: 0 }],
    ['no keys', '.keys', { ...remote, jwks: undefined, keys: [] }],
    ['a key that is no key', '.keys[0]', { ...remote, jwks: undefined, keys: [{ kty: 'RSA' }] }],
    ['a secret as a key', '.keys[0]', { ...remote, jwks: undefined, keys: [{ kty: 'oct', k: 'aGlkZGVu' }] }],
  ])('stop the start with an issuer of %s, and show no secret', (_what, option, issuer) => {
    const thrown = ((): Error => {
      try {
        start(issuer);
      } catch (error) {
        return error as Error;
      }
      throw new Error('it started');
    })();
    expect(thrown).toMatchObject({ code: 'MT_OPTIONS_INVALID', option: `fromIssuers.issuers[0]${option}` });
    expect(thrown.message).not.toMatch(/hidden|short"|horse/);
  });

  it('stop the start with a private key, and with a weak one', async () => {
    const local = { ...remote, jwks: undefined };
    expect(start({ ...local, keys: [await keyOf('RS256', 'publicKey')] })).toBeDefined();
    const privateKey = await keyOf('RS256', 'privateKey');
    const weak = { kty: 'RSA', n: Buffer.alloc(128, 0xff).toString('base64url'), e: 'AQAB' };
    for (const key of [privateKey, weak]) {
      expect(() => start({ ...local, keys: [key] })).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID' }));
    }
  });
});
