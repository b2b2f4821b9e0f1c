import { DEMO_PASSWORD } from '@tenantry/orchestrator';
import { ADAPTERS } from '../support/http.js';
import type { HttpAnswer } from '../support/http.js';
import { startSample } from '../support/orchestrator.js';
import type { Sample } from '../support/orchestrator.js';

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const ended = { status: 401, json: { code: 'MT_TENANT_TOKEN_INVALID' } };

describe.each(ADAPTERS)('the users of the sample on %s', (adapter) => {
  let sample: Sample;

  beforeAll(async () => {
    sample = await startSample(adapter, 'pglite', { TENANT_IDLE_LOGIN: 'require-login' });
  }, 180_000);
  afterAll(() => sample.close());

  /** The two forms of dispatch. */
  const forms = [
    { prefix: '/t/foo.com', host: {} },
    { prefix: '', host: { host: 'foo.com' } },
  ];
  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<HttpAnswer> =>
    sample.call(path, { method: 'POST', body, headers });
  const open = async (username = 'alice@foo.com'): Promise<Tokens> =>
    (await post('/auth/login', { username, password: DEMO_PASSWORD, refresh: true })).json as Tokens;
  const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });
  const me = (token: string): Promise<HttpAnswer> => sample.call('/t/foo.com/me', { headers: bearer(token) });

  it.each(forms)(
    'refreshes tokens once, and ends a session whose token is used twice, by $prefix',
    async ({ prefix, host }) => {
      const first = await open();
      const second = await post(`${prefix}/auth/refresh`, { refreshToken: first.refreshToken }, host);
      expect(second).toMatchObject({ status: 200, json: { tokenType: 'Bearer', refreshToken: expect.any(String) } });
      const { accessToken } = second.json as Tokens;
      expect((await me(accessToken)).status).toBe(200);
      const again = await post(`${prefix}/auth/refresh`, { refreshToken: first.refreshToken }, host);
      expect(again).toMatchObject({ status: 401, json: { code: 'MT_SESSION_ENDED' } });
      expect(await me(accessToken)).toMatchObject({ status: 401, json: { code: 'MT_SESSION_ENDED' } });
    },
  );

  it.each(forms)('logs out, by $prefix, and out of that session alone', async ({ prefix, host }) => {
    const [one, other] = [await open(), await open()];
    const answer = await post(`${prefix}/auth/logout`, {}, { ...bearer(one.accessToken), ...host });
    expect(answer.status).toBe(204);
    expect(await me(one.accessToken)).toMatchObject({ status: 401, json: { code: 'MT_SESSION_ENDED' } });
    expect((await me(other.accessToken)).status).toBe(200);
    const refreshed = await post(`${prefix}/auth/refresh`, { refreshToken: one.refreshToken }, host);
    expect(refreshed.status).toBe(401);
  });

  it('are described with their routes', async () => {
    const { status, json } = await sample.call('/docs-json');
    expect(status).toBe(200);
    expect(Object.keys((json as { paths: object }).paths)).toEqual(
      expect.arrayContaining(['/auth/refresh', '/t/{domain}/auth/logout', '/t/{domain}/auth/password']),
    );
  });

  it('refuses a refresh token in place of an access token, and in another tenant', async () => {
    const { refreshToken } = await open();
    expect(await me(refreshToken)).toMatchObject(ended);
    expect((await post('/t/bar.com/auth/refresh', { refreshToken })).status).toBe(401);
    expect((await post('/t/foo.com/auth/refresh', { refreshToken })).status).toBe(200);
  });

  it.each(forms)('lets a reader read projects and nothing else, by $prefix', async ({ prefix, host }) => {
    const headers = { ...bearer((await open('dave@foo.com')).accessToken), ...host };
    expect((await sample.call(`${prefix}/projects`, { headers })).status).toBe(200);
    const denied = { status: 403, json: { code: 'MT_PERMISSION_DENIED' } };
    expect(await post(`${prefix}/projects`, { name: 'No' }, headers)).toMatchObject(denied);
    expect(await sample.call(`${prefix}/servers`, { headers })).toMatchObject(denied);
    expect((await sample.call('/admin/tenants', { headers: bearer(headers.authorization.slice(7)) })).status).toBe(403);
    expect((await sample.call(`${prefix}/me`, { headers })).json).toMatchObject({
      user: { name: 'dave', roles: ['reader'] },
    });
  });

  it('changes the own password, which ends the sessions of the user', async () => {
    const { accessToken } = await open('dave@foo.com');
    const change = (currentPassword: string, newPassword: string): Promise<HttpAnswer> =>
      post('/t/foo.com/auth/password', { currentPassword, newPassword }, bearer(accessToken));
    expect(await change('wrong', 'marble-otter-quince-42')).toMatchObject({
      status: 401,
      json: { code: 'INVALID_CREDENTIALS' },
    });
    expect(await change(DEMO_PASSWORD, 'password1')).toMatchObject({ status: 400, json: { code: 'MT_PASSWORD_WEAK' } });
    expect((await change(DEMO_PASSWORD, 'marble-otter-quince-42')).status).toBe(204);
    expect(await me(accessToken)).toMatchObject({ status: 401, json: { code: 'MT_SESSION_ENDED' } });
    const logIn = (password: string): Promise<HttpAnswer> =>
      post('/t/foo.com/auth/login', { username: 'dave', password });
    expect((await logIn(DEMO_PASSWORD)).status).toBe(401);
    expect((await logIn('marble-otter-quince-42')).status).toBe(200);
  });
});
