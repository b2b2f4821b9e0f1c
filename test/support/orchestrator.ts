import type { INestApplication } from '@nestjs/common';
import { CloudApiMonitor, createCloudApi } from '@tenantry/cloud-api';
import { getTenantClientRegistryToken } from '@tenantry/core';
import type { TenantClientRegistry } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import { createOrchestrator, DEMO_PASSWORD, DEMO_TENANTS, provisionServerDatabase } from '@tenantry/orchestrator';
import { call, portOf } from './http.js';
import type { AdapterName, HttpAnswer, HttpCall } from './http.js';
import { createPglite, createTestDatabase } from './postgres.js';

/** Both kinds of database; end-to-end specs run on each. */
export const DATABASES = ['pglite', 'postgres'] as const;
export type DatabaseName = (typeof DATABASES)[number];

const CLOUD_SECRET = 'a-secret-of-the-tests';

/** The sample with its demo data, and the cloud that it talks to, each on a free port. */
export interface Sample {
  readonly app: INestApplication;
  readonly clock: ManualClock;
  readonly cloud: CloudApiMonitor;
  readonly clients: TenantClientRegistry<object>;
  /** What the sample connects to; `undefined` = PGlite. */
  readonly databaseUrl: string | undefined;
  call(path: string, options?: HttpCall): Promise<HttpAnswer>;
  /** Logs a demo user in by `name@domain`; gives the header that carries its token. */
  logIn(username: string): Promise<{ authorization: string }>;
  close(): Promise<void>;
}

/** Starts the sample. The caller closes it, which also removes its database. */
export async function startSample(
  adapter: AdapterName,
  database: DatabaseName,
  env: Readonly<Record<string, string>> = {},
): Promise<Sample> {
  const clock = new ManualClock();
  const cloud = await createCloudApi({
    clients: DEMO_TENANTS.map(({ id }) => ({ clientId: id, clientSecret: `${CLOUD_SECRET}-${id}`, account: id })),
  });
  await cloud.listen(0, '127.0.0.1');
  const { settings, drop } = await databaseSettings(database);
  const settled = {
    ...settings,
    PORT: '3000',
    CLOUD_API_URL: `http://127.0.0.1:${portOf(cloud)}`,
    SEED_DEMO: 'true',
    SEED_CLOUD_SECRET: CLOUD_SECRET,
    CREDENTIALS_KEY: Buffer.alloc(32, 'k').toString('base64'),
    HTTP_ADAPTER: adapter,
    ...env,
  };
  const app = await createOrchestrator(settled, { clock, openPglite: () => createPglite() });
  await app.listen(0, '127.0.0.1');
  return {
    app,
    clock,
    cloud: cloud.get(CloudApiMonitor),
    clients: app.get<TenantClientRegistry<object>>(getTenantClientRegistryToken('cloud'), { strict: false }),
    databaseUrl: (settled as Record<string, string>)['DATABASE_URL'],
    call: (path, options) => call(app, path, options),
    logIn: (username) => logIn(app, username),
    close: async () => {
      await app.close();
      await cloud.close();
      await drop();
    },
  };
}

async function logIn(app: INestApplication, username: string): Promise<{ authorization: string }> {
  const answer = await call(app, '/auth/login', { method: 'POST', body: { username, password: DEMO_PASSWORD } });
  if (answer.status !== 200) throw new Error(`${username} could not log in: ${answer.text}`);
  return { authorization: `Bearer ${(answer.json as { accessToken: string }).accessToken}` };
}

async function databaseSettings(
  database: DatabaseName,
): Promise<{ settings: Record<string, string>; drop: () => Promise<void> }> {
  if (database === 'pglite') return { settings: { DATA_DIR: 'memory://' }, drop: async () => undefined };
  const { adminUrl, appUrl, drop } = await createTestDatabase();
  await provisionServerDatabase(adminUrl, appUrl);
  return { settings: { DATABASE_URL: appUrl }, drop };
}
