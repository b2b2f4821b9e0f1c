import { randomBytes } from 'node:crypto';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { createOrchestrator } from '../create-orchestrator.js';
import type { Environment } from '../settings/read-settings.js';

/** Runs work with a provider of the application, as {@link withApplication}. */
export function withProvider<T, R>(env: Environment, type: Type<T>, work: (provider: T) => Promise<R>): Promise<R> {
  return withApplication(env, (app) => work(app.get(type, { strict: false })));
}

/** Runs work with the application; nothing listens, nothing is seeded, all is closed afterwards. */
export async function withApplication<R>(
  env: Environment,
  work: (app: INestApplicationContext) => Promise<R>,
): Promise<R> {
  // No user logs in here: any secret will do.
  const secret = env['JWT_SECRET'] || randomBytes(32).toString('base64url');
  const quiet = { SEED_DEMO: 'false', SUPER_ADMIN_PASSWORD: '', TENANT_EAGER: '' };
  const app = await createOrchestrator({ ...env, ...quiet, JWT_SECRET: secret });
  try {
    await app.init();
    return await work(app);
  } finally {
    await app.close();
  }
}

/**
 * For commands that write credentials: with PostgreSQL they need the key of the application, and must not make one of their own.
 *
 * @throws Error naming the setting
 */
export function assertCredentialsKey(env: Environment): void {
  const hasPlace = env['CREDENTIALS_KEY'] || env['VAULT_ADDR'] || env['SEED_DEMO'] === 'true';
  if (!env['DATABASE_URL'] || hasPlace) return;
  throw new Error('CREDENTIALS_KEY is needed: the key with which the application encrypts the secrets of tenants.');
}
