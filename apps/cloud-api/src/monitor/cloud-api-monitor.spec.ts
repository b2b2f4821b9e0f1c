import { CLIENTS, CloudApiFixture } from '../testing/cloud-api.fixture.js';

const [foo, , bar] = CLIENTS;

describe('CloudApiMonitor', () => {
  let api: CloudApiFixture;

  beforeEach(async () => {
    api = await CloudApiFixture.start();
  });

  afterEach(() => api.close());

  it('counts the requests of each account, and counts requests without an account for none', async () => {
    const token = await api.tokenOf(foo);
    await api.send(token, '/v1/servers');
    await api.send(token, '/v1/servers/missing');
    await api.send('0'.repeat(64), '/v1/servers');
    await api.askToken(null, { body: { client_id: foo.clientId, client_secret: 'wrong' } });
    expect(api.monitor.countsOf('foo')).toEqual({ tokenRequests: 1, apiRequests: 2 });
    expect(api.monitor.countsOf('bar')).toEqual({ tokenRequests: 0, apiRequests: 0 });
  });

  it('fails the API of one account until it is switched off', async () => {
    const [fooToken, barToken] = [await api.tokenOf(foo), await api.tokenOf(bar)];
    api.monitor.failAccount('foo', 503);
    expect(await api.send(fooToken, '/v1/servers')).toMatchObject({ status: 503, body: { code: 'account_failing' } });
    expect((await api.send(barToken, '/v1/servers')).status).toBe(200);
    expect((await api.askToken(foo)).status).toBe(200);
    api.monitor.failAccount('foo', null);
    expect((await api.send(fooToken, '/v1/servers')).status).toBe(200);
  });

  it('fails the API with 401 as a bad token does', async () => {
    const token = await api.tokenOf(foo);
    api.monitor.failAccount('foo', 401);
    const { status, headers } = await api.send(token, '/v1/servers');
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
  });

  it.each([
    [503, 'temporarily_unavailable'],
    [401, 'invalid_client'],
  ])('fails the token endpoint of one account with %i %s', async (status, error) => {
    api.monitor.failAccount('foo', status, 'token');
    const refused = await api.askToken(foo);
    expect([refused.status, await refused.json()]).toEqual([status, { error, error_description: expect.any(String) }]);
    expect((await api.askToken(bar)).status).toBe(200);
  });

  it('holds the requests of one account until they are released', async () => {
    const [fooToken, barToken] = [await api.tokenOf(foo), await api.tokenOf(bar)];
    const hold = api.monitor.holdAccount('foo');
    let answered = false;
    const held = api.send(fooToken, '/v1/servers').finally(() => (answered = true));
    await hold.firstArrival;
    expect((await api.send(barToken, '/v1/servers')).status).toBe(200);
    expect(answered).toBe(false);
    hold.release();
    expect((await held).status).toBe(200);
    expect((await api.send(fooToken, '/v1/servers')).status).toBe(200);
  });

  it('answers what is held when the service closes', async () => {
    const token = await api.tokenOf(foo);
    const hold = api.monitor.holdAccount('foo');
    const held = api.send(token, '/v1/servers');
    await hold.firstArrival;
    await api.close();
    expect((await held).status).toBe(200);
  });

  it('revokes the tokens of one account', async () => {
    const [fooToken, barToken] = [await api.tokenOf(foo), await api.tokenOf(bar)];
    api.monitor.revokeTokens('foo');
    expect((await api.send(fooToken, '/v1/servers')).status).toBe(401);
    expect((await api.send(barToken, '/v1/servers')).status).toBe(200);
  });

  it('refuses unknown accounts and statuses that are no errors', () => {
    expect(() => api.monitor.countsOf('unknown')).toThrow(RangeError);
    expect(() => api.monitor.failAccount('unknown', 503)).toThrow(RangeError);
    expect(() => api.monitor.revokeTokens('unknown')).toThrow(RangeError);
    for (const status of [200, 399, 600, 500.5])
      expect(() => api.monitor.failAccount('foo', status)).toThrow(RangeError);
  });
});
