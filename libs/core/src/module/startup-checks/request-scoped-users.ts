import { getTenantClientToken } from '../../clients/tenant-client-tokens.js';
import type { Finding } from './checked-application.js';
import { reaches } from './reaches.js';

/** Finds providers and controllers that Nest creates for each request and that use a tenant's client. */
export const requestScopedUsers: Finding = ({ modules, kinds }) => {
  const tokens = new Set<unknown>(kinds.all().map(({ name }) => getTenantClientToken(name)));
  const names = [...modules.values()]
    .flatMap(({ controllers, providers }) => [...controllers.values(), ...providers.values()])
    .filter((wrapper) => !wrapper.isDependencyTreeStatic() && reaches(wrapper, ({ token }) => tokens.has(token)))
    .map(({ name }) => String(name));
  if (names.length === 0) return [];
  return [
    `Created for each request although they use a tenant's client: ${[...new Set(names)].join(', ')}. ` +
      'That costs several times a bare request, and @Cron methods and gateways do not work there. ' +
      'Take Scope.REQUEST away from them and from what they inject: @InjectTenantClient and TenantContext are singletons that follow the request.',
  ];
};
