import { handlersOf } from '../../clients/reach/nest-graph.js';
import type { InstanceWrapper } from '../../clients/reach/nest-graph.js';
import { OptionsInvalidError } from '../../errors/usage.errors.js';
import { TENANT_POLICY } from '../../guards/tenant-policy.js';
import type { DiagnosedApplication } from './checked-application.js';
import { graphqlOptionsOf, guardsFields } from './graphql-options.js';

/** Metadata key by which `@nestjs/graphql` marks resolvers of fields. */
const FIELD = 'graphql:resolve_property';

/**
 * Nest runs no guard for fields unless it is configured to: `@SuperTenantOnly()` there would block no request.
 *
 * @throws `MT_OPTIONS_INVALID`
 */
export function assertFieldsGuarded({ modules }: DiagnosedApplication): void {
  const providers = [...modules.values()].flatMap((module) => [...module.providers.values()]);
  const options = graphqlOptionsOf(providers);
  if (options.length === 0 || options.every(guardsFields)) return;
  for (const provider of providers) {
    const [field] = reservedFieldsOf(provider);
    if (field === undefined) continue;
    const allowed = "on fields only with fieldResolverEnhancers: ['guards'] in the options of GraphQLModule";
    throw new OptionsInvalidError('@SuperTenantOnly of a @ResolveField', `${provider.name}.${field}`, allowed);
  }
}

/** Names of the class's field resolvers that are for the super tenant alone, by themselves or with the whole class. */
function reservedFieldsOf({ metatype }: InstanceWrapper): string[] {
  if (typeof metatype !== 'function' || metatype.prototype === undefined) return [];
  const policyOf = (target: object): unknown => Reflect.getMetadata(TENANT_POLICY, target);
  return handlersOf(metatype.prototype as object)
    .filter((handler) => Reflect.hasMetadata(FIELD, handler))
    .filter((handler) => (policyOf(handler) ?? policyOf(metatype)) === 'super')
    .map(({ name }) => name);
}
