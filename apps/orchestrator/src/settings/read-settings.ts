import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { SettingsError } from './settings.error.js';
import { settingsSchema } from './settings.schema.js';
import type { CheckedEnvironment } from './settings.schema.js';
import type { Settings, VaultSettings } from './settings.js';

/** Where settings are read from: variable names to texts. */
export type Environment = Readonly<Record<string, string | undefined>>;

const LAST_PORT = 65_535;

const SECRETS: ReadonlySet<string> = new Set([
  'CREDENTIALS_KEY',
  'CREDENTIALS_OLD_KEYS',
  'DATABASE_URL',
  'JWT_SECRET',
  'SEED_CLOUD_SECRET',
  'SUPER_ADMIN_PASSWORD',
  'VAULT_ROLE_SECRET',
]);

/**
 * Reads the settings of one application.
 *
 * @param env the environment; it is not changed, and an empty variable counts as absent
 * @param rules `requireCloudApiUrl`: `CLOUD_API_URL` has no default (production). Default `false`.
 * @throws {@link SettingsError} with one line per variable that cannot be used
 */
export function readSettings(env: Environment, rules: { requireCloudApiUrl?: boolean } = {}): Settings {
  const given = withoutEmpty(env);
  const result = settingsSchema.safeParse(given);
  const invalid = result.success
    ? problemsTogether(result.data)
    : result.error.issues.map((issue) => describe(issue, given));
  const problems = [...new Set(invalid), ...missing(given, rules)];
  if (!result.success || problems.length > 0) throw new SettingsError(problems);
  return Object.freeze(toSettings(result.data));
}

function missing(given: Environment, { requireCloudApiUrl = false }: { requireCloudApiUrl?: boolean }): string[] {
  const problems: string[] = [];
  if (given['JWT_SECRET'] === undefined && given['SEED_DEMO'] !== 'true') {
    problems.push(
      'JWT_SECRET is not set. Needed: text of at least 32 characters; only SEED_DEMO=true makes a random one',
    );
  }
  if (requireCloudApiUrl && given['CLOUD_API_URL'] === undefined) {
    problems.push("CLOUD_API_URL is not set. Needed: the base URL of the cloud that the tenants' clients talk to");
  }
  const isServer = given['DATABASE_URL'] !== undefined && given['VAULT_ADDR'] === undefined;
  if (requireCloudApiUrl && isServer && given['CREDENTIALS_KEY'] === undefined) {
    problems.push('CREDENTIALS_KEY is not set. Needed: 32 random bytes in base64, the same on every node');
  }
  return [...problems, ...missingOfVault(given)];
}

/** A server without a role is a mistake that would show at the first request only. */
function missingOfVault(given: Environment): string[] {
  if (given['VAULT_ADDR'] === undefined) return [];
  return ['VAULT_ROLE_ID', 'VAULT_ROLE_SECRET']
    .filter((name) => given[name] === undefined)
    .map((name) => `${name} is not set. Needed: with VAULT_ADDR, the AppRole that reads the tenants' credentials`);
}

/** What each variable allows, but not together with the others. */
function problemsTogether(env: CheckedEnvironment): string[] {
  const problems: string[] = [];
  if (env.CLOUD_API_PORT === undefined && env.PORT === LAST_PORT) {
    problems.push(`CLOUD_API_PORT is not set and PORT + 1 is no port. Allowed: a whole number from 1 to ${LAST_PORT}`);
  }
  if (env.CLOUD_API_URL !== undefined && !env.CLOUD_ALLOW_INSECURE_HTTP && isInsecure(new URL(env.CLOUD_API_URL))) {
    problems.push(
      `CLOUD_API_URL is ${JSON.stringify(env.CLOUD_API_URL)}. Allowed: https, or CLOUD_ALLOW_INSECURE_HTTP=true inside a trusted network`,
    );
  }
  if (env.CLOUD_TOKEN_URL !== undefined && !env.CLOUD_ALLOW_INSECURE_HTTP && isInsecure(new URL(env.CLOUD_TOKEN_URL))) {
    problems.push(
      `CLOUD_TOKEN_URL is ${JSON.stringify(env.CLOUD_TOKEN_URL)}. Allowed: https, or CLOUD_ALLOW_INSECURE_HTTP=true inside a trusted network`,
    );
  }
  if (env.VAULT_ADDR !== undefined && isInsecure(new URL(env.VAULT_ADDR))) {
    problems.push(`VAULT_ADDR is ${JSON.stringify(env.VAULT_ADDR)}. Allowed: https, or http on this machine`);
  }
  return problems;
}

function isInsecure({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

function toSettings(env: CheckedEnvironment): Settings {
  const cloudApiPort = env.CLOUD_API_PORT ?? env.PORT + 1;
  return {
    host: env.HOST,
    metricsHost: env.METRICS_HOST,
    metricsPort: env.METRICS_PORT,
    port: env.PORT,
    cloudApiPort,
    cloudApiUrl: env.CLOUD_API_URL ?? `http://127.0.0.1:${cloudApiPort}`,
    cloudTokenUrl: env.CLOUD_TOKEN_URL,
    vault: vaultOf(env),
    credentialsKeys: keysOf(env),
    cloudAllowInsecureHttp: env.CLOUD_ALLOW_INSECURE_HTTP,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    httpAdapter: env.HTTP_ADAPTER,
    trustedProxies: env.TRUSTED_PROXIES,
    balancers: env.BALANCERS,
    tenantIdleTimeMs: env.TENANT_IDLE_TIME * 60_000,
    tenantIdleLogin: env.TENANT_IDLE_LOGIN,
    tenantCleanupCron: env.TENANT_CLEANUP_CRON,
    tenantEager: env.TENANT_EAGER,
    jwtSecret: env.JWT_SECRET ?? randomBytes(32).toString('base64url'),
    ...loginLimitsOf(env),
    seedDemo: env.SEED_DEMO,
    seedCloudSecret: env.SEED_CLOUD_SECRET,
    superAdminPassword: env.SUPER_ADMIN_PASSWORD,
  };
}

function loginLimitsOf(
  env: CheckedEnvironment,
): Pick<Settings, 'loginAttemptsPerUser' | 'loginAttemptsPerAddress' | 'loginWindowSeconds'> {
  return {
    loginAttemptsPerUser: env.LOGIN_ATTEMPTS_PER_USER,
    loginAttemptsPerAddress: env.LOGIN_ATTEMPTS_PER_ADDRESS,
    loginWindowSeconds: env.LOGIN_WINDOW_SECONDS,
  };
}

function keysOf({ CREDENTIALS_KEY: first, CREDENTIALS_OLD_KEYS: former }: CheckedEnvironment): readonly string[] {
  return first === undefined ? former : [first, ...former];
}

function vaultOf(env: CheckedEnvironment): VaultSettings | undefined {
  if (env.VAULT_ADDR === undefined) return undefined;
  return {
    address: env.VAULT_ADDR,
    kvMount: env.VAULT_KV_MOUNT,
    namespace: env.VAULT_NAMESPACE,
    rolePath: env.VAULT_ROLE_PATH,
    roleId: env.VAULT_ROLE_ID ?? '',
    roleSecret: env.VAULT_ROLE_SECRET ?? '',
  };
}

function describe(issue: z.core.$ZodIssue, given: Environment): string {
  const name = String(issue.path[0]);
  const value = SECRETS.has(name) ? 'has a value that is not shown' : `is ${JSON.stringify(given[name])}`;
  return `${name} ${value}. Allowed: ${issue.message}`;
}

function withoutEmpty(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
}
