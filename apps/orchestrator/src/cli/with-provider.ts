import { randomBytes } from 'node:crypto';
import type { Type } from '@nestjs/common';
import { createOrchestrator } from '../create-orchestrator.js';
import type { Environment } from '../settings/read-settings.js';

/** Runs work with a provider of the application; nothing listens, nothing is seeded, all is closed afterwards. */
export async function withProvider<T, R>(
  env: Environment,
  type: Type<T>,
  work: (provider: T) => Promise<R>,
): Promise<R> {
  // Nobody logs in here: any secret will do.
  const secret = env['JWT_SECRET'] || randomBytes(32).toString('base64url');
  const quiet = { SEED_DEMO: 'false', SUPER_ADMIN_PASSWORD: '', TENANT_EAGER: '' };
  const app = await createOrchestrator({ ...env, ...quiet, JWT_SECRET: secret });
  try {
    await app.init();
    return await work(app.get(type, { strict: false }));
  } finally {
    await app.close();
  }
}
