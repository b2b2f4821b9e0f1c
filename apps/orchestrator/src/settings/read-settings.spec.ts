import { readSettings } from './read-settings.js';
import { SettingsError } from './settings.error.js';

const SECRET = 's'.repeat(32);
const minimal = { JWT_SECRET: SECRET };

function problemsOf(
  env: Record<string, string | undefined>,
  rules?: { requireCloudApiUrl?: boolean },
): readonly string[] {
  try {
    readSettings(env, rules);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('readSettings', () => {
  it('fills in the defaults', () => {
    expect(readSettings(minimal)).toEqual({
      host: '127.0.0.1',
      metricsHost: '127.0.0.1',
      metricsPort: undefined,
      port: 3000,
      cloudApiPort: 3001,
      cloudApiUrl: 'http://127.0.0.1:3001',
      cloudTokenUrl: undefined,
      vault: undefined,
      credentialsKeys: [],
      cloudAllowInsecureHttp: false,
      dataDir: './data',
      databaseUrl: undefined,
      databasePoolSize: 10,
      httpAdapter: 'fastify',
      trustedProxies: [],
      balancers: [],
      tenantIdleTimeMs: 1_800_000,
      tenantIdleLogin: 'reload',
      tenantCleanupCron: '0 * * * * *',
      tenantEager: undefined,
      jwtSecret: SECRET,
      loginAttemptsPerUser: 10,
      loginAttemptsPerAddress: 100,
      loginWindowSeconds: 900,
      seedDemo: false,
      seedCloudSecret: undefined,
      superAdminPassword: undefined,
    });
  });

  it('is frozen', () => {
    expect(Object.isFrozen(readSettings(minimal))).toBe(true);
  });

  it('takes an empty variable for an absent one', () => {
    expect(readSettings({ ...minimal, PORT: '', DATABASE_URL: ' ' })).toMatchObject({
      port: 3000,
      databaseUrl: undefined,
    });
  });

  it('reads the idle time as minutes with decimals', () => {
    expect(readSettings({ ...minimal, TENANT_IDLE_TIME: '0.5' }).tenantIdleTimeMs).toBe(30_000);
  });

  it('reads lists of proxies', () => {
    const settings = readSettings({ ...minimal, TRUSTED_PROXIES: 'loopback, 10.0.0.0/8,::1' });
    expect(settings.trustedProxies).toEqual(['loopback', '10.0.0.0/8', '::1']);
  });

  it.each([
    ['PORT', '0', 'a whole number from 1 to 65535'],
    ['PORT', '65536', 'a whole number from 1 to 65535'],
    ['PORT', '3000x', 'a whole number from 1 to 65535'],
    ['PORT', '-1', 'a whole number from 1 to 65535'],
    ['CLOUD_API_PORT', 'abc', 'a whole number from 1 to 65535'],
    ['CLOUD_API_URL', 'ftp://cloud', 'a URL that starts with http:// or https://'],
    ['HTTP_ADAPTER', 'koa', 'express or fastify'],
    ['TENANT_IDLE_LOGIN', 'never', 'reload or require-login'],
    ['TENANT_IDLE_TIME', '0', 'minutes greater than 0'],
    ['TENANT_IDLE_TIME', '-5', 'minutes greater than 0'],
    ['TENANT_IDLE_TIME', 'NaN', 'minutes greater than 0'],
    ['TENANT_IDLE_TIME', '1e400', 'minutes greater than 0'],
    ['TENANT_CLEANUP_CRON', 'every minute', 'a cron expression'],
    ['TENANT_CLEANUP_CRON', '99 * * * *', 'a cron expression'],
    ['TENANT_EAGER', '!foo.com', 'tenants such as'],
    ['TENANT_EAGER', 'foo.com,!bar.com', 'tenants such as'],
    ['SEED_DEMO', 'yes', 'true or false'],
    ['TRUSTED_PROXIES', 'nginx', 'addresses, CIDR ranges'],
    ['BALANCERS', 'nginx', 'addresses, CIDR ranges'],
    ['TRUSTED_PROXIES', '10.0.0.0/33', 'addresses, CIDR ranges'],
    ['LOGIN_WINDOW_SECONDS', '0', 'a whole number from 1 to 86400'],
  ])('refuses %s=%s with one line that names the variable, the value and what is allowed', (name, value, allowed) => {
    const problems = problemsOf({ ...minimal, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${name} is ${JSON.stringify(value)}. Allowed: ${allowed}`);
  });

  it.each([
    ['DATABASE_URL', 'mysql://root:hunter2@db/app'],
    ['CREDENTIALS_KEY', 'hunter2'],
    ['CREDENTIALS_OLD_KEYS', 'hunter2,hunter3'],
    ['JWT_SECRET', 'hunter2'],
    ['SEED_CLOUD_SECRET', 'hunter2'],
    ['SUPER_ADMIN_PASSWORD', 'hunter2'],
  ])('refuses a bad %s without showing it', (name, value) => {
    const problems = problemsOf({ ...minimal, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} has a value that is not shown. Allowed: `));
    expect(problems[0]).not.toContain('hunter2');
  });

  it('reports every variable at once', () => {
    const problems = problemsOf({ PORT: 'x', HTTP_ADAPTER: 'x', SEED_DEMO: 'true' });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['PORT', 'HTTP_ADAPTER']);
  });

  it('has no default secret without the demo', () => {
    expect(problemsOf({})).toEqual([expect.stringMatching(/^JWT_SECRET is not set/)]);
  });

  it('makes a random secret for the demo, another one each time', () => {
    const secrets = [1, 2].map(() => readSettings({ SEED_DEMO: 'true' }).jwtSecret);
    expect(secrets[0]).not.toBe(secrets[1]);
    expect(secrets[0]?.length).toBeGreaterThanOrEqual(32);
  });

  it('insists on the URL of the cloud where that is asked for', () => {
    expect(problemsOf(minimal, { requireCloudApiUrl: true })).toEqual([
      expect.stringMatching(/^CLOUD_API_URL is not set/),
    ]);
  });

  it('refuses plain http to a cloud on another host unless that is allowed', () => {
    const env = { ...minimal, CLOUD_API_URL: 'http://cloud.internal' };
    expect(problemsOf(env)).toEqual([expect.stringMatching(/^CLOUD_API_URL .*CLOUD_ALLOW_INSECURE_HTTP=true/)]);
    expect(problemsOf({ ...env, CLOUD_ALLOW_INSECURE_HTTP: 'true' })).toEqual([]);
  });

  it('refuses a port without a next one for the demo cloud', () => {
    expect(problemsOf({ ...minimal, PORT: '65535' })).toEqual([expect.stringMatching(/^CLOUD_API_PORT is not set/)]);
  });

  it('does not change the environment', () => {
    const env = Object.freeze({ ...minimal, PORT: '4000' });
    readSettings(env);
    expect(env).toEqual({ ...minimal, PORT: '4000' });
  });

  describe('of the tenants’ credentials', () => {
    const KEY = Buffer.alloc(32, 1).toString('base64');
    const OLD = Buffer.alloc(32, 2).toString('base64');
    const vault = {
      ...minimal,
      VAULT_ADDR: 'https://vault.example:8200',
      VAULT_ROLE_ID: 'role',
      VAULT_ROLE_SECRET: 'hunter2',
    };

    it('name Vault, with defaults for the paths', () => {
      expect(
        readSettings({ ...vault, VAULT_NAMESPACE: 'team', CLOUD_TOKEN_URL: 'https://login.example/t' }),
      ).toMatchObject({
        cloudTokenUrl: 'https://login.example/t',
        vault: {
          address: 'https://vault.example:8200',
          kvMount: 'secret',
          namespace: 'team',
          rolePath: 'approle',
          roleId: 'role',
          roleSecret: 'hunter2',
        },
      });
    });

    it('name the key first and then former ones', () => {
      const env = { ...minimal, CREDENTIALS_KEY: KEY, CREDENTIALS_OLD_KEYS: ` ${OLD}` };
      expect(readSettings(env).credentialsKeys).toEqual([KEY, OLD]);
    });

    it.each<[Record<string, string>, string]>([
      [{ ...vault, VAULT_ROLE_ID: '' }, 'VAULT_ROLE_ID is not set'],
      [{ ...vault, VAULT_ROLE_SECRET: '' }, 'VAULT_ROLE_SECRET is not set'],
      [{ ...vault, VAULT_ADDR: 'http://vault.example' }, 'VAULT_ADDR is "http://vault.example"'],
      [{ ...vault, VAULT_ADDR: 'vault' }, 'VAULT_ADDR is "vault"'],
      [{ ...minimal, CLOUD_TOKEN_URL: 'http://login.example' }, 'CLOUD_TOKEN_URL is "http://login.example"'],
    ])('are refused where they cannot work together: %j', (env, problem) => {
      const problems = problemsOf(env);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(problem);
      expect(problems[0]).not.toContain('hunter2');
    });

    it('need a key in production on PostgreSQL, unless they are in Vault', () => {
      const rules = { requireCloudApiUrl: true };
      const server = { DATABASE_URL: 'postgres://a:b@c/d', CLOUD_API_URL: 'https://cloud.example' };
      expect(problemsOf({ ...minimal, ...server }, rules)).toEqual([
        expect.stringContaining('CREDENTIALS_KEY is not set'),
      ]);
      expect(problemsOf({ ...minimal, ...server, CREDENTIALS_KEY: KEY }, rules)).toEqual([]);
      expect(problemsOf({ ...vault, ...server }, rules)).toEqual([]);
    });
  });
});
