import { CLIENTS, CloudApiFixture } from '../testing/cloud-api.fixture.js';
import { ServerStore } from './server-store.js';

const [foo, , bar] = CLIENTS;

describe('/v1/servers', () => {
  let api: CloudApiFixture;
  let token: string;

  beforeEach(async () => {
    api = await CloudApiFixture.start();
    token = await api.tokenOf(foo);
  });

  afterEach(() => api.close());

  async function create(name: string, of = token): Promise<string> {
    const { body } = await api.send(of, '/v1/servers', { method: 'POST', body: JSON.stringify({ name }) });
    return (body as { id: string }).id;
  }

  it('creates a server and answers 201 with it', async () => {
    const request = { method: 'POST', body: '{"name":" web 1 ","size":"medium"}' } as const;
    const { status, body } = await api.send(token, '/v1/servers', request);
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'web 1',
      size: 'medium',
      status: 'running',
      createdAt: '2026-01-02T00:00:00.000Z',
    });
  });

  it('finds and deletes a server', async () => {
    const id = await create('web');
    expect(await api.send(token, `/v1/servers/${id}`)).toMatchObject({ status: 200, body: { id, size: 'small' } });
    expect(await api.send(token, `/v1/servers/${id}`, { method: 'DELETE' })).toMatchObject({ status: 204, body: null });
    expect((await api.send(token, `/v1/servers/${id}`)).status).toBe(404);
    expect((await api.send(token, `/v1/servers/${id}`, { method: 'DELETE' })).status).toBe(404);
  });

  it.each(['GET', 'DELETE'] as const)(
    "answers %s of another account's server like that of a missing one",
    async (method) => {
      const id = await create('mail', await api.tokenOf(bar));
      const foreign = await api.send(token, `/v1/servers/${id}`, { method });
      const missing = await api.send(token, '/v1/servers/11111111-1111-4111-8111-111111111111', { method });
      expect(foreign.status).toBe(404);
      expect(foreign.body).toEqual(missing.body);
      expect((await api.send(await api.tokenOf(bar), `/v1/servers/${id}`)).status).toBe(200);
    },
  );

  it('lists the servers of the account only, page by page', async () => {
    const barToken = await api.tokenOf(bar);
    for (const name of ['a', 'b', 'c']) {
      await create(name);
      await create(`not-${name}`, barToken);
    }
    const first = await api.send(token, '/v1/servers?limit=2');
    expect(first.body).toEqual({
      items: [expect.objectContaining({ name: 'a' }), expect.objectContaining({ name: 'b' })],
      next: expect.any(String),
    });
    const { next } = first.body as { next: string };
    const second = await api.send(token, `/v1/servers?limit=2&after=${next}`);
    expect(second.body).toEqual({ items: [expect.objectContaining({ name: 'c' })], next: null });
  });

  it('has no next page when the last one is exactly full', async () => {
    await create('a');
    expect((await api.send(token, '/v1/servers?limit=1')).body).toMatchObject({ next: null });
  });

  it('takes 1,000 servers of an account and refuses one more with 409', async () => {
    const store = api.app.get(ServerStore);
    for (let index = 0; index < 999; index += 1) store.add('foo', { name: `server-${index}`, size: 'small' });
    await create('server-999');
    expect((await api.send(token, '/v1/servers?after=999')).body).toMatchObject({ items: [{ name: 'server-999' }] });
    const full = await api.send(token, '/v1/servers', { method: 'POST', body: '{"name":"one-too-many"}' });
    expect(full).toMatchObject({ status: 409, body: { code: 'limit_reached' } });
    const other = await api.send(await api.tokenOf(bar), '/v1/servers', { method: 'POST', body: '{"name":"web"}' });
    expect(other.status).toBe(201);
  });

  it.each<[string, readonly string[]]>([
    ['{}', ['name']],
    ['{"name":""}', ['name']],
    ['{"name":" "}', ['name']],
    ['{"name":5}', ['name']],
    ['{"name":"a\\u0000b"}', ['name']],
    [JSON.stringify({ name: 'a'.repeat(201) }), ['name']],
    ['{"name":"web","size":"huge"}', ['size']],
    ['{"size":"huge","id":"mine","account":"bar"}', ['name', 'size', 'id', 'account']],
    ['[]', ['body']],
  ])('answers the body %s with 400 and names %j', async (text, fields) => {
    const { status, headers, body } = await api.send(token, '/v1/servers', { method: 'POST', body: text });
    expect(status).toBe(400);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect((body as { errors: { field: string }[] }).errors.map(({ field }) => field)).toEqual(fields);
  });

  it.each<[string, readonly string[]]>([
    ['limit=0', ['limit']],
    ['limit=101', ['limit']],
    ['limit=1.5', ['limit']],
    ['limit=', ['limit']],
    ['limit=1&limit=2', ['limit']],
    ['after=x&limit=-1', ['limit', 'after']],
  ])('answers the query %s with 400 and names %j', async (query, fields) => {
    const { status, body } = await api.send(token, `/v1/servers?${query}`);
    expect(status).toBe(400);
    expect((body as { errors: { field: string }[] }).errors.map(({ field }) => field)).toEqual(fields);
  });

  it.each<[string, string]>([
    ['a body that is not JSON', '{"name": canary'],
    ['a body that is too large', JSON.stringify({ name: 'canary', more: 'x'.repeat(200_000) })],
  ])('answers %s with a problem that repeats nothing', async (_, text) => {
    const { status, headers, body } = await api.send(token, '/v1/servers', { method: 'POST', body: text });
    expect([400, 413]).toContain(status);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(JSON.stringify(body)).not.toContain('canary');
  });

  it('answers an unknown address with a problem', async () => {
    expect(await api.send(token, '/v1/nothing')).toMatchObject({
      status: 404,
      body: { status: 404, title: 'Not Found' },
    });
  });

  it('answers 401 without a token', async () => {
    const { status, headers, body } = await api.send(null, '/v1/servers');
    expect({ status, body }).toMatchObject({ status: 401, body: { code: 'token_missing' } });
    expect(headers.get('www-authenticate')).toBe('Bearer realm="cloud-api"');
  });

  it.each(['nope', 'a b', '', '__proto__'])('answers 401 with invalid_token for the token %j', async (wrong) => {
    const response = await fetch(`${api.url}/v1/servers`, { headers: { authorization: `Bearer ${wrong}x!` } });
    const unknown = await api.send('0'.repeat(64), '/v1/servers');
    for (const { status, headers } of [response, unknown]) {
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    }
  });

  it('takes a token from the header only', async () => {
    expect((await api.send(null, `/v1/servers?access_token=${token}`)).status).toBe(401);
  });

  it('does not disclose its framework', async () => {
    expect((await api.send(token, '/v1/servers')).headers.get('x-powered-by')).toBeNull();
  });
});
