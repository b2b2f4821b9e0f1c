import { createHmac, randomBytes } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import { fromHost } from '@tenantry/core';
import { exportJWK, exportSPKI, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey, GenerateKeyPairResult } from 'jose';
import { ADAPTERS, call } from '../support/http.js';
import { AUDIENCE, IssuerServer, usualClaims } from './support/issuer-server.js';
import type { Claims } from './support/issuer-server.js';
import { me, publishing, startTokenApp } from './support/token-app.js';

const SECRET = randomBytes(32);
const OWN_ISSUER = 'our-own';

function base64url(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** A token made by hand, so that it can say what libraries refuse to say. */
function hmacToken(header: unknown, payload: unknown, key: string | Uint8Array = SECRET): string {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
}

const HS256 = { alg: 'HS256', typ: 'JWT' };

describe.each(ADAPTERS)('tokens on %s', (adapter) => {
  let app: INestApplication;
  let server: IssuerServer;
  let rsa: GenerateKeyPairResult;

  beforeAll(async () => {
    server = await IssuerServer.start();
    rsa = await generateKeyPair('RS256', { extractable: true });
    const local = {
      issuer: 'local',
      audience: [AUDIENCE, 'another'],
      algorithms: ['RS256' as const],
      keys: [await exportJWK(rsa.publicKey)],
      tenants: { claim: 'tenant' },
    };
    const own = {
      issuer: OWN_ISSUER,
      audience: AUDIENCE,
      algorithms: ['HS256' as const],
      secret: SECRET,
      tenants: { claim: 'tenant' },
      requiredClaims: ['sub'],
      maxTokenAgeSeconds: 600,
    };
    const typed = publishing(server, { issuer: 'typed', types: ['at+jwt'] });
    app = await startTokenApp({
      adapter,
      tokens: { issuers: [publishing(server), own, local, typed] },
      resolvers: [fromHost({ customDomains: true })],
    });
  });

  afterAll(async () => {
    await app.close();
    await server.close();
  });

  async function expectRefused(token: string, detail: RegExp): Promise<void> {
    const answer = await me(app, token);
    expect(answer.json).toMatchObject({ status: 401, code: 'MT_TENANT_TOKEN_INVALID' });
    expect((answer.json as { detail: string }).detail).toMatch(detail);
    expect(answer.headers['www-authenticate']).toContain('Bearer');
    token
      .split('.')
      .filter((part) => part.length > 8)
      .forEach((part) => expect(answer.text).not.toContain(part));
  }

  const own = (claims: Claims = {}): Claims => usualClaims(OWN_ISSUER, claims);
  const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;

  it('names the tenant and gives the claims to the application', async () => {
    expect((await me(app, await server.sign())).json).toEqual({ tenant: 'foo', subject: 'alice' });
    expect((await me(app, hmacToken(HS256, own({ tenant: 'bar' })))).json).toEqual({ tenant: 'bar', subject: 'alice' });
    expect((await me(app, await server.sign({ tenant: 'case-1' }))).json).toEqual({
      tenant: 'Case-1',
      subject: 'alice',
    });
  });

  it('is not concerned with requests without a token, or with another scheme', async () => {
    const headers = { host: 'bar.com' };
    expect((await call(app, '/me', { headers })).json).toEqual({ tenant: 'bar', subject: null });
    const basic = await call(app, '/me', { headers: { ...headers, authorization: 'Basic YTpi' } });
    expect(basic.json).toEqual({ tenant: 'bar', subject: null });
  });

  it('lets a host of another tenant conflict with the token', async () => {
    const headers = { host: 'bar.com', authorization: `Bearer ${await server.sign()}` };
    expect((await call(app, '/me', { headers })).json).toMatchObject({ status: 403, code: 'MT_TENANT_CONFLICT' });
  });

  it('refuses a token without a signature', async () => {
    const [header, payload] = (await server.sign()).split('.');
    await expectRefused(`${header}.${payload}.`, /malformed or not signed/);
    await expectRefused(`${header}.${payload}`, /malformed or not signed/);
  });

  it.each(['none', 'None', 'NONE', 'nOnE', ''])('refuses alg %p, whatever stands for the signature', async (alg) => {
    await expectRefused(`${base64url({ alg })}.${base64url(own())}.AAAA`, /algorithm/);
    await expectRefused(`${base64url({ alg })}.${base64url(usualClaims(server.issuer))}.AAAA`, /algorithm/);
  });

  it('refuses a public key used as HMAC secret, in every spelling of the key', async () => {
    const [jwk] = server.publicKeys;
    const pem = await exportSPKI((await importJWK(jwk!, 'ES256', { extractable: true })) as CryptoKey);
    for (const key of [pem, pem.trim(), JSON.stringify(jwk)]) {
      await expectRefused(hmacToken({ ...HS256, kid: 'k1' }, usualClaims(server.issuer), key), /algorithm/);
    }
  });

  it('verifies with local keys, whose public half is no HMAC secret either', async () => {
    const claims = { ...usualClaims('local'), aud: ['one more', 'another'] };
    const good = await server.signWith(rsa.privateKey, claims, { alg: 'RS256' });
    expect((await me(app, good)).json).toEqual({ tenant: 'foo', subject: 'alice' });
    await expectRefused(hmacToken(HS256, claims, await exportSPKI(rsa.publicKey)), /algorithm/);
    await expectRefused(await server.signWith(rsa.privateKey, claims, { alg: 'RS256', kid: 'other' }), /no such key/);
  });

  it('refuses a token of one issuer that another one has signed', async () => {
    await expectRefused(await server.sign({ iss: OWN_ISSUER }), /algorithm/);
    await expectRefused(hmacToken(HS256, usualClaims(server.issuer)), /algorithm/);
  });

  it('refuses a token signed with another key under a known kid, or changed after it was signed', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    await expectRefused(await server.signWith(privateKey, {}, { kid: 'k1' }), /signature does not verify/);
    const [header, , signature] = (await server.sign()).split('.');
    const payload = base64url(usualClaims(server.issuer, { tenant: 'bar' }));
    await expectRefused(`${header}.${payload}.${signature}`, /signature does not verify/);
  });

  it('ignores keys and addresses of keys that a token brings along', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const url = `${server.origin}/evil`;
    const header = { kid: 'k1', jwk: await exportJWK(publicKey), jku: url, x5u: url };
    await expectRefused(await server.signWith(privateKey, {}, header), /signature does not verify/);
    expect(server.strayRequests).toBe(0);
  });

  it('refuses an unknown issuer, and asks it nothing', async () => {
    const evil = await server.sign({ iss: server.origin });
    await expectRefused(evil, /issuer is not known here/);
    await expectRefused(hmacToken(HS256, own({ iss: '__proto__' })), /issuer is not known here/);
    expect(server.strayRequests).toBe(0);
  });

  it.each<[string, Claims, RegExp]>([
    ['no exp', { exp: undefined }, /exp is missing/],
    ['an exp of text', { exp: '9999999999' }, /expiry is malformed/],
    ['an exp that has passed', { exp: inSeconds(-10) }, /has expired/],
    ['an nbf to come', { nbf: inSeconds(30) }, /not valid yet/],
    ['an iat to come', { iat: inSeconds(60), exp: inSeconds(90) }, /time of issue/],
    ['an iat too long ago', { iat: inSeconds(-700) }, /too old/],
    ['another aud', { aud: 'https://other.example.com' }, /another audience/],
    ['no aud', { aud: undefined }, /aud is missing/],
    ['an empty list of aud', { aud: [] }, /another audience/],
    ['an iss with a slash too many', { iss: `${OWN_ISSUER}/` }, /issuer is not known/],
    ['a list of iss', { iss: [OWN_ISSUER] }, /one issuer/],
    ['no iss', { iss: undefined }, /one issuer/],
    ['no sub, which is required', { sub: undefined }, /sub is missing/],
    ['no tenant', { tenant: undefined }, /tenant does not name one tenant/],
    ['two tenants', { tenant: ['foo', 'bar'] }, /tenant does not name one tenant/],
    ['a list of one tenant', { tenant: ['foo'] }, /tenant does not name one tenant/],
    ['a tenant that is an object', { tenant: { id: 'foo' } }, /tenant does not name one tenant/],
    ['an empty tenant', { tenant: '' }, /tenant does not name one tenant/],
    ['a tenant with a blank', { tenant: 'foo ' }, /tenant does not name one tenant/],
    ['a tenant with a look-alike letter', { tenant: '\u212Aoo' }, /tenant does not name one tenant/],
    ['the super tenant, which is not allowed', { tenant: 'super' }, /not trusted with/],
    ['the super tenant in capitals', { tenant: 'SUPER' }, /not trusted with/],
  ])('refuses a signed token with %s', (_what, claims, detail) => expectRefused(hmacToken(HS256, own(claims)), detail));

  it('accepts clocks that differ by as much as the tolerance', async () => {
    expect((await me(app, hmacToken(HS256, own({ exp: inSeconds(-3) })))).status).toBe(200);
  });

  it.each([
    ['in plain', '"tenant":"bar"'],
    ['with an escape', '"ten\\u0061nt":"bar"'],
    ['that is equal', '"tenant":"foo"'],
  ])('refuses a second tenant claim %s', async (_how, second) => {
    const text = JSON.stringify(own()).replace('{', `{${second},`);
    await expectRefused(hmacToken(HS256, text), /distinct names/);
  });

  it('refuses a header that names its algorithm twice', async () => {
    await expectRefused(hmacToken('{"alg":"none","alg":"HS256"}', own()), /distinct names/);
  });

  it.each(['dpop+jwt', 'logout+jwt', 'JWS', ''])('refuses a token of type %p', async (typ) => {
    await expectRefused(hmacToken({ alg: 'HS256', typ }, own()), /another type/);
  });

  it.each([undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+jwt'])('accepts a token of type %p', async (typ) => {
    expect((await me(app, hmacToken({ alg: 'HS256', typ }, own()))).status).toBe(200);
  });

  it('insists on a type where the issuer has one', async () => {
    const sign = (typ: string | undefined): Promise<string> => server.sign({ iss: 'typed' }, { header: { typ } });
    expect((await me(app, await sign('at+jwt'))).status).toBe(200);
    await expectRefused(await sign('JWT'), /another type/);
    await expectRefused(await sign(undefined), /another type/);
  });

  it('refuses critical extensions, and payloads that are not encoded', async () => {
    const extension = { crit: ['urn:example:unknown'], 'urn:example:unknown': true };
    await expectRefused(await server.sign({}, { header: extension }), /extensions/);
    await expectRefused(hmacToken({ ...HS256, crit: ['b64'], b64: false }, own()), /extensions/);
    await expectRefused(hmacToken({ ...HS256, crit: [] }, own()), /extensions/);
  });

  it.each([
    ['no token', 'Bearer'],
    ['a blank', 'Bearer '],
    ['one part', 'Bearer abc'],
    ['five parts (encrypted)', 'Bearer a.b.c.d.e'],
    ['two tokens', 'Bearer a.b.c, Bearer a.b.c'],
    ['padding', 'Bearer YQ==.YQ==.YQ=='],
    ['a tab', 'Bearer\ta.b.c'],
    ['text that is no JSON', 'Bearer YWJj.YWJj.YWJj'],
    ['a list for a header', `Bearer ${base64url([])}.${base64url({})}.YWJj`],
    ['bytes that are no UTF-8', `Bearer ${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.e30.YWJj`],
    ['a kid that is no text', `Bearer ${base64url({ alg: 'HS256', kid: {} })}.${base64url({ iss: 'x' })}.YWJj`],
  ])('refuses an Authorization header with %s', async (_what, authorization) => {
    const answer = await call(app, '/me', { headers: { authorization } });
    expect(answer.json).toMatchObject({ status: 401, code: 'MT_TENANT_TOKEN_INVALID' });
  });

  it('refuses two Authorization headers, also when both are good', async () => {
    const value = `Bearer ${await server.sign()}`;
    for (const other of [value, 'Basic YTpi']) {
      const answer = await call(app, '/me', { headers: { authorization: [other, value] as unknown as string } });
      expect(answer.json).toMatchObject({ status: 401, code: 'MT_TENANT_TOKEN_INVALID' });
    }
  });
});
