import { inspect } from 'node:util';
import { CLIENTS, CloudApiFixture } from '../testing/cloud-api.fixture.js';

const [foo, fooOther, bar] = CLIENTS;

function basic(clientId: string, clientSecret: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
}

describe('POST /oauth/token', () => {
  let api: CloudApiFixture;

  beforeEach(async () => {
    api = await CloudApiFixture.start(120);
  });

  afterEach(() => api.close());

  it('answers credentials in the body with a random bearer token', async () => {
    const responses = await Promise.all([api.askToken(foo), api.askToken(foo)]);
    const bodies = (await Promise.all(responses.map((response) => response.json()))) as { access_token: string }[];
    for (const [index, response] of responses.entries()) {
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('etag')).toBeNull();
      expect(bodies[index]).toEqual({
        access_token: expect.stringMatching(/^[0-9a-f]{64}$/),
        token_type: 'Bearer',
        expires_in: 120,
      });
    }
    expect(bodies[0]?.access_token).not.toBe(bodies[1]?.access_token);
  });

  it('decodes form-encoded credentials of the Basic header', async () => {
    const headers = basic(foo.clientId.replace('-', '%2D'), encodeURIComponent(foo.clientSecret));
    expect((await api.askToken(null, { headers })).status).toBe(200);
  });

  it('takes plain credentials in the Basic header where encoding changes nothing', async () => {
    expect((await api.askToken(null, { headers: basic(bar.clientId, bar.clientSecret) })).status).toBe(200);
  });

  it.each<[string, Record<string, string>]>([
    ['a wrong secret', basic(bar.clientId, foo.clientSecret)],
    ['an unknown client', basic('unknown', bar.clientSecret)],
    ['the client that unknown ones are compared with', basic('', bar.clientSecret)],
    ['a name of the object prototype', basic('__proto__', bar.clientSecret)],
    ['a broken encoding', basic(bar.clientId, '%zz')],
  ])('refuses %s in the Basic header', async (_, headers) => {
    const response = await api.askToken(null, { headers });
    const body: unknown = await response.json();
    expect([400, 401]).toContain(response.status);
    expect(body).toEqual({
      error: expect.stringMatching(/^invalid_(client|request)$/),
      error_description: expect.any(String),
    });
    expect(inspect(body)).not.toContain('secret-of');
  });

  it('asks for Basic credentials with the 401 of a wrong secret', async () => {
    const response = await api.askToken(null, { headers: basic(bar.clientId, 'wrong') });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Basic realm="cloud-api"');
  });

  it.each<[string, string, Record<string, string>]>([
    ['a wrong secret', 'invalid_client', { client_id: bar.clientId, client_secret: 'wrong' }],
    ['no credentials', 'invalid_client', {}],
    ['another grant', 'unauthorized_client', { ...credentials(bar), grant_type: 'password' }],
    ['an unknown grant', 'unsupported_grant_type', { ...credentials(bar), grant_type: 'toString' }],
    ['no grant', 'invalid_request', { ...credentials(bar), grant_type: '' }],
    ['a scope, since there are none', 'invalid_scope', { ...credentials(bar), scope: 'admin' }],
  ])('answers %s in the body with %s', async (_, error, body) => {
    const response = await api.askToken(null, { body });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ error, error_description: expect.any(String) });
  });

  it('refuses credentials in both places', async () => {
    const response = await api.askToken(bar, { headers: basic(bar.clientId, bar.clientSecret) });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
  });

  it.each<[string, string, string]>([
    ['a repeated parameter', 'application/x-www-form-urlencoded', 'grant_type=a&grant_type=b'],
    ['a JSON body', 'application/json', JSON.stringify({ grant_type: 'client_credentials', ...credentials(bar) })],
    ['a JSON list', 'application/json', '[{}]'],
  ])('refuses %s', async (_, type, body) => {
    const response = await fetch(`${api.url}/oauth/token`, { method: 'POST', headers: { 'content-type': type }, body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
  });

  it('issues tokens that end exactly with their lifetime', async () => {
    const token = await api.tokenOf(bar);
    api.advance(119_999);
    expect((await api.send(token, '/v1/servers')).status).toBe(200);
    api.advance(1);
    const { status, headers } = await api.send(token, '/v1/servers');
    expect({ status, challenge: headers.get('www-authenticate') }).toEqual({
      status: 401,
      challenge: 'Bearer error="invalid_token"',
    });
  });

  it('opens the same account to two clients of it', async () => {
    const [one, other] = [await api.tokenOf(foo), await api.tokenOf(fooOther)];
    await api.send(one, '/v1/servers', { method: 'POST', body: '{"name":"web"}' });
    expect((await api.send(other, '/v1/servers')).body).toMatchObject({ items: [{ name: 'web' }] });
  });
});

function credentials({ clientId, clientSecret }: (typeof CLIENTS)[number]): Record<string, string> {
  return { client_id: clientId, client_secret: clientSecret };
}
