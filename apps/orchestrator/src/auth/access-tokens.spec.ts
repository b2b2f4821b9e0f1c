import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { SignJWT, UnsecuredJWT } from 'jose';
import { AccessTokens, TOKEN_LIFETIME_SECONDS } from './access-tokens.js';

const SECRET = 's'.repeat(32);
const START = Date.parse('2026-01-01T00:00:00Z');
const principal = {
  userId: '7b0e7a2c-6f3d-4c57-9a5e-3d8f0d9c1a11',
  tenantId: 'foo',
  name: 'alice',
  roles: ['admin'],
};

function tokensAt(now: () => number, secret = SECRET): AccessTokens {
  return new AccessTokens(secret, now);
}

const tokens = tokensAt(() => START);

interface Forgery {
  alg?: string;
  secret?: string;
  issuer?: string;
  audience?: string;
  expires?: boolean;
  claims?: Record<string, unknown>;
}

/** A token that is right but for what is said. */
function forge({
  alg = 'HS256',
  secret = SECRET,
  issuer = 'tenantry-orchestrator',
  audience = 'tenantry-orchestrator-api',
  expires = true,
  claims = {},
}: Forgery): Promise<string> {
  const jwt = new SignJWT({ sub: principal.userId, tenant: 'foo', name: 'alice', roles: [], ...claims })
    .setProtectedHeader({ alg })
    .setIssuer(issuer)
    .setAudience(audience);
  if (expires) jwt.setExpirationTime(START / 1_000 + 60);
  return jwt.sign(new TextEncoder().encode(secret));
}

describe('AccessTokens', () => {
  it('verifies what it issued, and the claims are the principal', async () => {
    const claims = await tokens.verify(await tokens.issue(principal));
    expect(claims).toEqual({ sub: principal.userId, tenant: 'foo', name: 'alice', roles: ['admin'] });
  });

  it('accepts a token that is right in everything (the control of the forgeries below)', async () => {
    await expect(tokens.verify(await forge({}))).resolves.toMatchObject({ tenant: 'foo' });
  });

  it('expires a token after its lifetime, and not before', async () => {
    let now = START;
    const moving = tokensAt(() => now);
    const token = await moving.issue(principal);
    now = START + TOKEN_LIFETIME_SECONDS * 1_000 - 1_000;
    await expect(moving.verify(token)).resolves.toMatchObject({ tenant: 'foo' });
    now = START + TOKEN_LIFETIME_SECONDS * 1_000;
    await expect(moving.verify(token)).rejects.toThrow('exp');
  });

  it.each<[string, Forgery]>([
    ['another key', { secret: 'x'.repeat(32) }],
    ['another algorithm of the same family', { alg: 'HS512' }],
    ['another issuer', { issuer: 'another' }],
    ['another audience', { audience: 'another' }],
    ['no expiry', { expires: false }],
    ['no tenant', { claims: { tenant: undefined } }],
    ['a list of tenants', { claims: { tenant: ['foo', 'bar'] } }],
    ['an empty tenant', { claims: { tenant: '' } }],
    ['no subject', { claims: { sub: undefined } }],
    ['roles that are no list', { claims: { roles: 'admin' } }],
  ])('refuses a token with %s', async (_what, forgery) => {
    await expect(tokens.verify(await forge(forgery))).rejects.toThrow();
  });

  it('refuses an unsigned token', async () => {
    const token = new UnsecuredJWT({ sub: principal.userId, tenant: 'foo', name: 'alice', roles: [] })
      .setIssuer('tenantry-orchestrator')
      .setAudience('tenantry-orchestrator-api')
      .setExpirationTime(START / 1_000 + 60)
      .encode();
    await expect(tokens.verify(token)).rejects.toThrow();
  });

  it('checks the token of a request once, and keeps requests apart', async () => {
    const verify = jest.spyOn(tokens, 'verify');
    const [one, two] = [new IncomingMessage(new Socket()), new IncomingMessage(new Socket())];
    const token = await tokens.issue(principal);
    await tokens.verifyOnce(one, token);
    await tokens.verifyOnce(one, token);
    expect(verify).toHaveBeenCalledTimes(1);
    await expect(tokens.principalOf(one)).resolves.toEqual(principal);
    await expect(tokens.principalOf(two)).resolves.toBeNull();
    verify.mockRestore();
  });

  it('caches a refusal too', async () => {
    const request = new IncomingMessage(new Socket());
    await expect(tokens.verifyOnce(request, 'nonsense')).rejects.toThrow();
    await expect(tokens.principalOf(request)).rejects.toThrow();
  });
});
