import { isIP } from 'node:net';
import { z } from 'zod';
import { isCronExpression } from './cron-expression.js';

/*
 * One entry per environment variable. The text of each error says what is allowed; `readSettings` puts the name and the
 * value before it.
 */

const wholeNumber = (min: number, max: number): z.ZodType<number, string> => {
  const allowed = `a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, allowed)
    .transform(Number)
    .refine((value) => value >= min && value <= max, allowed);
};

const IDLE_TIME = 'minutes greater than 0, decimals allowed (0.5 = 30 seconds), 525600 at most';
const idleTimeMinutes = z
  .string()
  .regex(/^\d+(\.\d+)?$/, IDLE_TIME)
  .transform(Number)
  .refine((minutes) => minutes > 0 && minutes <= 525_600, IDLE_TIME);

const flag = z.enum(['true', 'false'], 'true or false').transform((value) => value === 'true');

const url = (protocols: readonly string[], allowed: string): z.ZodType<string, string> =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), allowed);

const longText = (min: number): z.ZodString => z.string().min(min, `text of at least ${min} characters`);

const KEY = '32 random bytes in base64, as `openssl rand -base64 32` gives them';
const key = z.string().refine(isKey, KEY);
const listOfKeys = z
  .string()
  .transform((value) => value.split(',').flatMap((part) => part.trim() || []))
  .refine((keys) => keys.every(isKey), `${KEY}, joined by commas`);

function isKey(value: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(value);
}

const PROXIES = 'addresses, CIDR ranges, or loopback, joined by commas';
const listOfProxies = z
  .string()
  .transform((value) => value.split(',').flatMap((part) => part.trim() || []))
  .refine((names) => names.every(isProxyName), PROXIES);

function isProxyName(name: string): boolean {
  const [address = '', bits = '0', ...rest] = name.split('/');
  const isRange = rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128);
  return name === 'loopback' || (isIP(address) !== 0 && isRange);
}

/** What the environment may hold. A variable that is absent or empty has its default. */
export const settingsSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(1, 65_535).prefault('3000'),
  CLOUD_API_PORT: wholeNumber(1, 65_535).optional(),
  CLOUD_API_URL: url(['http:', 'https:'], 'a URL that starts with http:// or https://').optional(),
  CLOUD_TOKEN_URL: url(['http:', 'https:'], 'a URL that starts with http:// or https://').optional(),
  CLOUD_ALLOW_INSECURE_HTTP: flag.prefault('false'),
  CREDENTIALS_KEY: key.optional(),
  CREDENTIALS_OLD_KEYS: listOfKeys.prefault(''),
  VAULT_ADDR: url(['http:', 'https:'], 'a URL that starts with https://, or http:// on this machine').optional(),
  VAULT_KV_MOUNT: z.string().default('secret'),
  VAULT_NAMESPACE: z.string().optional(),
  VAULT_ROLE_PATH: z.string().default('approle'),
  VAULT_ROLE_ID: z.string().optional(),
  VAULT_ROLE_SECRET: z.string().optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'a URL that starts with postgres:// or postgresql://').optional(),
  DATABASE_POOL_SIZE: wholeNumber(1, 1_000).prefault('10'),
  HTTP_ADAPTER: z.enum(['express', 'fastify'], 'express or fastify').default('fastify'),
  TRUSTED_PROXIES: listOfProxies.prefault(''),
  BALANCERS: listOfProxies.prefault(''),
  METRICS_HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: wholeNumber(1, 65_535).optional(),
  TENANT_IDLE_TIME: idleTimeMinutes.prefault('30'),
  TENANT_IDLE_LOGIN: z.enum(['reload', 'require-login'], 'reload or require-login').prefault('reload'),
  TENANT_CLEANUP_CRON: z
    .string()
    .refine(isCronExpression, 'a cron expression such as "*/30 * * * * *" (seconds first)')
    .default('0 * * * * *'),
  TENANT_EAGER: z
    .string()
    .regex(/^(\*(,![^,!*\s]+)*|[^,!*\s]+(,[^,!*\s]+)*)$/, 'tenants such as "*", "*,!foo.com" or "foo.com,bar.com"')
    .optional(),
  JWT_SECRET: longText(32).optional(),
  LOGIN_ATTEMPTS_PER_USER: wholeNumber(1, 1_000_000).prefault('10'),
  LOGIN_ATTEMPTS_PER_ADDRESS: wholeNumber(1, 1_000_000).prefault('100'),
  LOGIN_WINDOW_SECONDS: wholeNumber(1, 86_400).prefault('900'),
  SEED_DEMO: flag.prefault('false'),
  SEED_CLOUD_SECRET: longText(16).optional(),
  SUPER_ADMIN_PASSWORD: longText(12).optional(),
});

/** The environment once checked. */
export type CheckedEnvironment = z.output<typeof settingsSchema>;
