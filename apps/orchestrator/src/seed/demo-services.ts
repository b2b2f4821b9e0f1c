import type { DemoTenant } from './demo-data.js';

/** The service that `npm start` deploys for two tenants, each with a greeting of its own. */
export const DEMO_SERVICE = 'MyService';

/** TypeScript, as a tenant writes it. `null` = the tenant deploys nothing. */
export function demoServiceOf({ id, greeting }: DemoTenant): string | null {
  if (greeting === undefined) return null;
  return `// ${DEMO_SERVICE} of ${id}: it counts its visitors in the tenant's own values.
import type { Context, Reply, Request } from '@tenantry/services/author';

export default async ({ query }: Request, { kv, log }: Context): Promise<Reply> => {
  const visits = Number((await kv.get('visits')) ?? 0) + 1;
  await kv.set('visits', visits);
  log.info('visit', visits, query);
  return { body: { greeting: ${JSON.stringify(greeting)}, visits } };
};
`;
}
