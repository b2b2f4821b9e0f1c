/**
 * The two ways to a tenant's resource: by the tenant's own host (`/projects`) and by path (`/t/foo.com/projects`).
 * For `@Controller(tenantPaths('projects'))`.
 *
 * @param resource path without slashes at its ends
 */
export function tenantPaths(resource: string): string[] {
  return [resource, `t/:domain/${resource}`];
}
