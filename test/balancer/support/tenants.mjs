const COUNT = 1_000;

/** Two tenants for odd requests. */
const NAMED = ['foo', 'bar'].map((id) => ({ id, domain: `${id}.com` }));

/** The domains of the thousand tenants. */
export const DOMAINS = Array.from({ length: COUNT }, (_, index) => `customer-${index}.example`);

/** Every tenant of the drill, for a catalog. */
export function tenants() {
  return [...NAMED, ...DOMAINS.map((domain) => ({ id: idOf(domain), domain }))];
}

/** The id of the tenant with a name. */
export function idOf(name) {
  return name.replace(/\.(?:com|example)$/, '');
}
