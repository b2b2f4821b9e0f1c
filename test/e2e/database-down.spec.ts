import { Logger } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { createOrchestrator, provisionServerDatabase } from '@tenantry/orchestrator';
import pg from 'pg';
import { ADAPTERS, call, portOf } from '../support/http.js';
import type { HttpAnswer } from '../support/http.js';
import { createTestDatabase } from '../support/postgres.js';
import type { TestDatabase } from '../support/postgres.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

const PASSWORD = 'a-password-of-the-tests';

describe.each(ADAPTERS)('the sample on %s whose PostgreSQL is down at its start', (adapter) => {
  let test: TestDatabase;
  let proxy: TcpProxy;
  let app: INestApplication | undefined;

  const start = async (): Promise<INestApplication> => {
    app = await createOrchestrator(
      {
        DATABASE_URL: proxy.urlOf(test.appUrl),
        JWT_SECRET: 's'.repeat(32),
        CREDENTIALS_KEY: Buffer.alloc(32, 'k').toString('base64'),
        SUPER_ADMIN_PASSWORD: PASSWORD,
        TENANT_EAGER: '*',
        HTTP_ADAPTER: adapter,
        CLOUD_API_URL: 'http://127.0.0.1:9',
        PORT: '3000',
      },
      { whenDown: 'wait' },
    );
    await app.listen(0, '127.0.0.1');
    return app;
  };
  const get = (path: string): Promise<HttpAnswer> => call(portOf(app as INestApplication), path);
  const logIn = (): Promise<HttpAnswer> =>
    call(portOf(app as INestApplication), '/auth/login', {
      method: 'POST',
      body: { username: 'admin@super', password: PASSWORD },
    });

  beforeEach(async () => {
    test = await createTestDatabase();
    proxy = await TcpProxy.to(test.appUrl);
  });
  afterEach(async () => {
    await app?.close();
    await proxy.close();
    await test.drop();
  });

  it('lives, answers 503, and serves when the server is back, filled as it would have been', async () => {
    await provisionServerDatabase(test.adminUrl, test.appUrl);
    await proxy.close();
    await start();
    expect((await get('/health/live')).status).toBe(200);
    expect(await get('/health/ready')).toMatchObject({ status: 503, json: { code: 'NOT_READY' } });
    expect(await get('/t/foo.com/me')).toMatchObject({ status: 503, json: { code: 'MT_CATALOG_UNAVAILABLE' } });
    expect(await logIn()).toMatchObject({ status: 503, json: { code: 'UNAVAILABLE' } });

    await proxy.open();
    await until(async () => (await get('/health/ready')).status === 200);
    expect((await logIn()).status).toBe(200);
    expect(await get('/t/foo.com/me')).toMatchObject({ status: 404, json: { code: 'MT_TENANT_UNKNOWN' } });
  });

  it('is never open: a server that comes back and would not keep tenants apart is not used', async () => {
    await provisionServerDatabase(test.adminUrl, test.appUrl);
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const admin = new pg.Client({ connectionString: test.adminUrl });
    await admin.connect();
    await admin.query('alter table projects disable row level security');
    await proxy.close();
    await start();
    await proxy.open();
    await until(async () => (await get('/t/foo.com/me')).text.includes('MT_ISOLATION_UNSAFE'));
    // The code that fills the database has tried by now, and keeps trying.
    await until(() => logged.mock.calls.some(([text]) => String(text).includes('cannot be filled')));
    expect((await get('/health/ready')).status).toBe(503);
    await admin.query('alter table projects enable row level security');
    await until(async () => (await get('/health/ready')).status === 200);
    expect((await logIn()).status).toBe(200);
    await admin.end();
  });

  it('ends at once where waiting would change nothing', async () => {
    await expect(start()).rejects.toMatchObject({ code: 'MT_ISOLATION_UNSAFE' });
    app = undefined;
  });
});
