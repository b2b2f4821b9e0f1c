import { handlersOf } from '../../clients/reach/nest-graph.js';
import type { InstanceWrapper } from '../../clients/reach/nest-graph.js';
import { OptionsInvalidError } from '../../errors/usage.errors.js';
import { classOf } from './application-enhancers.js';
import type { DiagnosedApplication } from './checked-application.js';
import { graphqlOptionsOf, guardsFields } from './graphql-options.js';

/** Metadata keys by which `@nestjs/graphql` marks what answers `_entities`: reference resolvers, and fields of entities. */
const MARKS = ['graphql:resolve_reference', 'graphql:resolve_property'];
const FEDERATION = /federation/i;

/**
 * Nest runs no guard for `_entities` unless it is configured to: unknown and suspended tenants would be answered there, and
 * `@SuperTenantOnly()` would block no request.
 *
 * @throws `MT_OPTIONS_INVALID`
 */
export function assertEntitiesGuarded({ modules, guard }: DiagnosedApplication): void {
  const providers = [...modules.values()].flatMap((module) => [...module.providers.values()]);
  const isUnguarded = graphqlOptionsOf(providers).some((options) => isFederated(options) && !guardsFields(options));
  const entity = isUnguarded ? providers.flatMap(entityResolversOf)[0] : undefined;
  if (entity === undefined) return;
  const allowed =
    `['guards'], or more beside it, in the options of GraphQLModule: a gateway reaches ${entity} through _entities, ` +
    `for which Nest runs no guard otherwise, TenantGuard included (guard: '${guard}')`;
  throw new OptionsInvalidError('fieldResolverEnhancers of a federated GraphQL schema', undefined, allowed);
}

/** By the driver's name, or by the schema that it makes; a gateway has no entities of its own. */
function isFederated(options: unknown): boolean {
  const { driver, autoSchemaFile } = Object(options) as {
    readonly driver?: unknown;
    readonly autoSchemaFile?: unknown;
  };
  const { federation } = Object(autoSchemaFile) as { readonly federation?: unknown };
  return FEDERATION.test(classOf(driver)?.name ?? '') || Boolean(federation);
}

function entityResolversOf({ metatype }: InstanceWrapper): string[] {
  if (typeof metatype !== 'function' || metatype.prototype === undefined) return [];
  return handlersOf(metatype.prototype as object)
    .filter((handler) => MARKS.some((mark) => Reflect.hasMetadata(mark, handler)))
    .map(({ name }) => `${metatype.name}.${name}`);
}
