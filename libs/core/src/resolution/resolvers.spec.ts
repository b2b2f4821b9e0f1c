import { TenantTokenInvalidError } from '../errors/tenant.errors.js';
import { fromHeader } from './from-header.js';
import { fromHost } from './from-host.js';
import { fromJwtClaim } from './from-jwt-claim.js';
import { fromUsername } from './from-username.js';
import type { TenantRequest } from './tenant-request.js';
import type { TenantResolver } from './tenant-resolver.js';

interface Parts {
  readonly path?: string;
  readonly host?: string;
  readonly ambiguity?: string;
  readonly remoteAddress?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, readonly string[]>>;
}

function requestOf({
  path = '/',
  host,
  ambiguity,
  remoteAddress = '127.0.0.1',
  body,
  headers = {},
}: Parts): TenantRequest {
  return {
    path,
    host,
    ambiguity: ambiguity ?? null,
    remoteAddress,
    body,
    platformRequest: {},
    headers: (name) => headers[name] ?? [],
  };
}

/** The identifier, or the kind of the answer. */
async function answerOf(resolver: TenantResolver, parts: Parts): Promise<string> {
  const answer = await resolver.resolve(requestOf(parts));
  return answer.kind === 'resolved' ? `= ${answer.identifier}` : answer.kind;
}

describe('fromHost', () => {
  it.each([
    ['foo.com', '= foo.com'],
    ['FOO.com:8080', '= foo.com'],
    ['foo.com.', '= foo.com'],
    ['localhost:3000', 'notApplicable'],
    ['127.0.0.1:3000', 'notApplicable'],
    ['[::1]:3000', 'notApplicable'],
    ['127.0.0.1.', 'notApplicable'],
    ['[::ffff:127.0.0.1]:80', 'notApplicable'],
    ['super', 'notApplicable'],
    ['[dead.beef]', 'rejected'],
    ['[::1', 'rejected'],
    ['::1', 'rejected'],
    ['1.1', 'rejected'],
    ['0x7f.1', 'rejected'],
    ['2130706433', 'rejected'],
    ['foo.1', 'rejected'],
    ['foo.com:', 'rejected'],
    ['foo.com:80:80', 'rejected'],
    ['', 'rejected'],
    ['a:80@evil', 'rejected'],
    ['a, b', 'rejected'],
    ['a b', 'rejected'],
    ['../../etc', 'rejected'],
    ['f\u212A.com', 'rejected'],
    ['ｆoo.com', 'rejected'],
    ['fo\u200bo.com', 'rejected'],
    ['foo..com', 'rejected'],
    ['foo.com..', 'rejected'],
    [`${'a'.repeat(250)}.com`, 'rejected'],
  ])('reads %j as %s', async (host, expected) => {
    expect(await answerOf(fromHost(), { host })).toBe(expected);
  });

  it.each([
    ['foo.example.com', '= foo'],
    ['example.com', 'notApplicable'],
    ['a.b.example.com', 'rejected'],
    ['foo.com', 'notApplicable'],
    ['fooexample.com', 'notApplicable'],
  ])('with a base domain reads %j as %s', async (host, expected) => {
    expect(await answerOf(fromHost({ baseDomain: 'example.com' }), { host })).toBe(expected);
  });

  const forwarded = (values: readonly string[], more: Parts = {}): Parts => ({
    host: 'proxy.internal',
    headers: { 'x-forwarded-host': values },
    ...more,
  });

  it.each<[string, Parts, string]>([
    ['one value from a listed peer', forwarded(['FOO.com:443']), '= foo.com'],
    ['another peer', forwarded(['foo.com'], { remoteAddress: '10.0.0.1' }), '= proxy.internal'],
    ['none', forwarded([]), '= proxy.internal'],
    ['two values', forwarded(['foo.com', 'bar.com']), 'rejected'],
    ['a list', forwarded(['foo.com, bar.com']), 'rejected'],
    ['an empty value', forwarded(['']), 'rejected'],
    ['an ambiguous Host beside it', forwarded(['foo.com'], { ambiguity: 'two of them' }), 'rejected'],
  ])('behind a trusted proxy reads X-Forwarded-Host with %s', async (_case, parts, expected) => {
    expect(await answerOf(fromHost({ trustedProxies: ['loopback'] }), parts)).toBe(expected);
  });

  it('ignores X-Forwarded-Host unless a proxy is trusted', async () => {
    expect(await answerOf(fromHost(), forwarded(['foo.com']))).toBe('= proxy.internal');
    expect(() => fromHost({ trustedProxies: [] })).toThrow(/fromHost\.trustedProxies/);
  });

  it('does not apply without a host, and rejects what is ambiguous', async () => {
    expect(await answerOf(fromHost(), {})).toBe('notApplicable');
    expect(await answerOf(fromHost(), { host: 'foo.com', ambiguity: 'two of them' })).toBe('rejected');
  });

  it('refuses a base domain that is none', () => {
    expect(() => fromHost({ baseDomain: 'https://example.com' })).toThrow(/fromHost\.baseDomain/);
  });
});

describe('fromHeader', () => {
  const resolver = fromHeader({ name: 'X-Tenant-Id', trustedProxies: ['10.0.0.0/8', 'loopback'] });

  it.each([
    ['one value from a listed peer', { remoteAddress: '10.1.2.3', headers: { 'x-tenant-id': ['foo'] } }, '= foo'],
    [
      'a listed peer mapped to IPv6',
      { remoteAddress: '::ffff:10.1.2.3', headers: { 'x-tenant-id': ['foo'] } },
      '= foo',
    ],
    ['another peer', { remoteAddress: '11.1.2.3', headers: { 'x-tenant-id': ['foo'] } }, 'notApplicable'],
    ['no header', {}, 'notApplicable'],
    ['two values', { headers: { 'x-tenant-id': ['a', 'b'] } }, 'rejected'],
    ['a name with underscores', { headers: { 'x-tenant-id': ['a'], x_tenant_id: ['b'] } }, 'rejected'],
  ])('with %s', async (_case, parts, expected) => {
    expect(await answerOf(resolver, parts)).toBe(expected);
  });

  it.each(['Host', 'X-Forwarded-Host', 'forwarded', 'x_tenant', ''])('refuses the name %j', (name) => {
    expect(() => fromHeader({ name, trustedProxies: ['loopback'] })).toThrow(/fromHeader\.name is .*fromHost/);
  });

  it.each([[[]], [['10.0.0.0/33']], [['proxy.local']], [['10.0.0.0/']], [['10.0.0.0/8/8']]])(
    'refuses the peers %j',
    (trustedProxies) => {
      expect(() => fromHeader({ name: 'x-tenant', trustedProxies })).toThrow(/fromHeader\.trustedProxies/);
    },
  );
});

describe('fromJwtClaim', () => {
  const resolver = fromJwtClaim({
    claim: 'tenant',
    verify: (token) => {
      if (token === 'forged') throw new Error('bad signature');
      return JSON.parse(Buffer.from(token, 'base64url').toString()) as Record<string, unknown>;
    },
  });
  const bearer = (claims: object): Parts => ({
    headers: { authorization: [`Bearer ${Buffer.from(JSON.stringify(claims)).toString('base64url')}`] },
  });

  it.each([
    ['one text', bearer({ tenant: 'foo' }), '= foo'],
    ['no authorization', {}, 'notApplicable'],
    ['another scheme', { headers: { authorization: ['Basic YTpi'] } }, 'notApplicable'],
    ['no token', { headers: { authorization: ['Bearer '] } }, 'rejected'],
    ['a token that does not verify', { headers: { authorization: ['Bearer forged'] } }, 'rejected'],
    ['two tokens', { headers: { authorization: ['Bearer a', 'Bearer b'] } }, 'rejected'],
    ['an array', bearer({ tenant: ['foo'] }), 'rejected'],
    ['no such claim', bearer({}), 'rejected'],
    ['an inherited name', bearer({ other: 1 }), 'rejected'],
  ])('with %s', async (_case, parts, expected) => {
    expect(await answerOf(resolver, parts)).toBe(expected);
  });

  it('answers 401 for a bad token, with the cause kept', async () => {
    const answer = await resolver.resolve(requestOf({ headers: { authorization: ['Bearer forged'] } }));
    const error = answer.kind === 'rejected' ? answer.error : null;
    expect(error).toBeInstanceOf(TenantTokenInvalidError);
    expect(error?.cause).toEqual(new Error('bad signature'));
    expect(error?.message).not.toContain('bad signature');
  });

  it('does not read inherited properties as claims', async () => {
    const inherited = fromJwtClaim({
      claim: 'tenant',
      verify: () => Object.create({ tenant: 'foo' }) as Record<string, unknown>,
    });
    expect(await answerOf(inherited, bearer({}))).toBe('rejected');
  });
});

describe('fromUsername', () => {
  const resolver = fromUsername({ paths: ['/auth/login'] });

  it.each([
    ['/auth/login', { username: 'alice@foo.com' }, '= foo.com'],
    ['/auth/login', { username: 'alice@x@foo.com' }, '= foo.com'],
    ['/auth/login', { username: 'alice' }, 'notApplicable'],
    ['/auth/login', { username: 7 }, 'notApplicable'],
    ['/auth/login', undefined, 'notApplicable'],
    ['/auth/login', { username: 'alice@' }, 'rejected'],
    ['/auth/login', { username: '@foo.com' }, 'rejected'],
    ['/auth/login/', { username: 'alice@foo.com' }, '= foo.com'],
    ['/AUTH/Login', { username: 'alice@foo.com' }, '= foo.com'],
    ['/auth/%6cogin', { username: 'alice@foo.com' }, '= foo.com'],
    ['/auth/%', { username: 'alice@foo.com' }, 'notApplicable'],
    ['/users', { username: 'alice@foo.com' }, 'notApplicable'],
  ])('on %s with %j gives %s', async (path, body, expected) => {
    expect(await answerOf(resolver, { path, body })).toBe(expected);
  });
});
