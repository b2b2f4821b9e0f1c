import type { LeakKind } from '@tenantry/testing';

/** The mistakes that the application under crawl can make, one at a time: how each shows, and at which route. */
export const LEAKS = {
  'list without a where': ['foreign-data', 'GET /t/:domain/projects'],
  'read by id alone': ['foreign-data', 'GET /t/:domain/projects/:id'],
  'update by id alone': ['foreign-write', 'PATCH /t/:domain/projects/:id'],
  'delete by id alone': ['foreign-write', 'DELETE /t/:domain/projects/:id'],
  'action by id alone': ['foreign-write', 'POST /t/:domain/projects/:id/archive'],
  'tenant from the body': ['foreign-write', 'POST /t/:domain/projects'],
  'tenant from the query': ['foreign-data', 'GET /t/:domain/projects'],
  'cache without the tenant': ['foreign-data', 'GET /t/:domain/projects'],
  'state of a former request': ['foreign-data', 'GET /t/:domain/projects/recent'],
  'name of the last visitor': ['unsteady', 'GET /t/:domain/projects/recent'],
  'state across an await': ['foreign-data', 'GET /t/:domain/projects/current'],
  'name unique over all tenants': ['existence', 'POST /t/:domain/projects'],
  'error with foreign data': ['foreign-data', 'GET /t/:domain/projects/:id'],
  'forbidden in place of missing': ['existence', 'GET /t/:domain/projects/:id'],
  'another text for a foreign id': ['existence', 'GET /t/:domain/projects/:id'],
  'reference to a foreign parent': ['existence', 'POST /t/:domain/notes'],
  'count over all tenants': ['foreign-write', 'POST /t/:domain/projects'],
  'search over all tenants': ['existence', 'GET /t/:domain/projects/search'],
  'header of another tenant': ['foreign-header', 'GET /t/:domain/page'],
  'cookie of another tenant': ['foreign-header', 'GET /t/:domain/page'],
  'one ETag for all': ['foreign-header', 'GET /t/:domain/page'],
  'child without its parent': ['foreign-data', 'GET /t/:domain/projects/:projectId/tasks/:taskId'],
  'export of everything': ['foreign-data', 'GET /t/:domain/export'],
  'events of all tenants': ['foreign-data', 'GET /t/:domain/events'],
  'settings without the tenant': ['foreign-write', 'PUT /t/:domain/settings'],
  'no membership': ['foreign-data', 'GET /t/:domain/projects'],
  'no authentication for writes': ['foreign-write', 'PATCH /t/:domain/projects/:id'],
  'no authentication': ['stranger', 'GET /t/:domain/projects'],
} as const satisfies Record<string, readonly [LeakKind, string]>;

export type Leak = keyof typeof LEAKS;
