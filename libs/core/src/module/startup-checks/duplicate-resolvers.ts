import { isPathTenantResolver } from '../../resolution/from-path.js';
import type { TenantResolver } from '../../resolution/tenant-resolver.js';
import type { Finding } from './checked-application.js';

/** Their names do not say the place: two of them may well read different ones. */
const NAMES_WITHOUT_PLACE: ReadonlySet<string> = new Set(['host', 'function']);

/** Finds resolvers that read the same place twice, or that traces cannot distinguish. */
export const doubledResolvers: Finding = ({ resolvers }) => {
  const seen = new Set<unknown>();
  const doubled = new Set<string>();
  for (const resolver of resolvers) {
    const place = placeOf(resolver);
    if (seen.has(place)) doubled.add(typeof place === 'string' ? place : resolver.name);
    seen.add(place);
  }
  return [...doubled].map(
    (name) => `Two resolvers read "${name}". Take one away, join their options, or give your own one another name.`,
  );
};

function placeOf(resolver: TenantResolver): unknown {
  if (isPathTenantResolver(resolver)) return `${resolver.name} /${resolver.prefix.text}`;
  return NAMES_WITHOUT_PLACE.has(resolver.name) ? resolver : resolver.name;
}
