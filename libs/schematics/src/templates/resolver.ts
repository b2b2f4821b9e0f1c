import type { Names } from '../names.js';

/** Source of a resolver. */
export function resolverSource({ kebab, camel }: Names): string {
  return `import { notApplicable, rejected, resolved } from '@tenantry/core';
import type { TenantResolver } from '@tenantry/core';

/** Add it to the \`resolvers\` of \`MultitenancyModule.forRoot\`. */
export const ${camel}Resolver: TenantResolver = {
  name: '${kebab}',
  // What the client chose. Only a place that a trusted proxy or a signature proves is more than 'network'.
  trust: 'network',
  resolve(request) {
    const [value, ...others] = request.headers('x-${kebab}');
    if (others.length > 0) return rejected('there are several x-${kebab} headers');
    return value === undefined ? notApplicable : resolved(value);
  },
};
`;
}
