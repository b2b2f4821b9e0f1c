import type { z } from 'zod';

/** How the command line names a field. */
const NAMES: Readonly<Record<string, string>> = {
  status: '--status',
  plan: '--plan',
  domainContains: '--domain-contains',
  sort: '--sort',
  graceMinutes: '--grace-minutes',
  days: '--days',
  'admin.username': '--admin',
  'admin.password': 'TENANT_ADMIN_PASSWORD',
  'cloudAccount.clientId': '--cloud-client',
  'cloudAccount.clientSecret': 'TENANT_CLOUD_SECRET',
};

/**
 * What was typed, as the API would take it.
 *
 * @param what is not done when it cannot be used, as a clause
 * @throws an error that names each option or variable, and never shows a value
 */
export function checked<T>(schema: z.ZodType<T>, request: object, what: string): T {
  const { success, data, error } = schema.safeParse(request);
  if (success) return data;
  const problems = error.issues.map(({ path, message }) => `${NAMES[path.join('.')] ?? path.join('.')}: ${message}`);
  throw new Error(`${what}:\n  ${problems.join('\n  ')}`);
}
