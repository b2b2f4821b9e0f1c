/** Ids of so many tenants, all of one length: `t00000` and so on. */
export function tenantIds(count) {
  return Array.from({ length: count }, (_, index) => `t${String(index).padStart(5, '0')}`);
}

/** Where every tenant lives: `t00042.example.com`. */
export const BASE_DOMAIN = 'example.com';

/** What a set-up without tenants answers; as long as the others' answers. */
export const NO_TENANT = 'no one';

/** The tenant of a host name, as code written by hand would read it. */
export function tenantOfHost(host) {
  return host.slice(0, host.indexOf('.'));
}
