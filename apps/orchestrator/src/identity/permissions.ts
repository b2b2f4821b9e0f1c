import { PermissionVocabulary } from '@tenantry/identity';

/** What users of this service may be permitted. A tenant combines these in roles. */
export const PERMISSIONS = new PermissionVocabulary({
  permissions: [
    'projects:read',
    'projects:write',
    'servers:read',
    'servers:write',
    'users:read',
    'users:write',
    'roles:read',
    'roles:write',
    'services:administer',
    'sessions:read',
    'sessions:write',
  ],
  platformPermissions: ['tenants:administer'],
});
