import type { InstanceWrapper } from '../../clients/reach/nest-graph.js';

/** Token of the options of `@nestjs/graphql`. */
const GRAPHQL_OPTIONS = 'GqlModuleOptions';

/** The options of each `GraphQLModule` among some providers. */
export function graphqlOptionsOf(providers: readonly InstanceWrapper[]): unknown[] {
  return providers.filter(({ token }) => token === GRAPHQL_OPTIONS).map(({ instance }): unknown => instance);
}

/** Whether guards run for fields, and for references of a federated schema. */
export function guardsFields(options: unknown): boolean {
  const { fieldResolverEnhancers } = Object(options) as { readonly fieldResolverEnhancers?: readonly string[] };
  return fieldResolverEnhancers?.includes('guards') ?? false;
}
