import { createHmac } from 'node:crypto';

export const settings = {
  /** As the role of the application, which owns nothing. */
  databaseUrl: process.env['DATABASE_URL'] ?? '',
  /** As the owner of the tables, who may create roles. */
  ownerUrl: process.env['OWNER_DATABASE_URL'] ?? '',
  /** Begins the name of each tenant's login role. */
  rolePrefix: process.env['TENANT_ROLE_PREFIX'] ?? 'tenant:',
  /** A group with the rights on the tenants' tables and nothing else. */
  tablesRole: process.env['TENANT_TABLES_ROLE'] ?? 'shop_tables',
  secret: process.env['TENANT_SECRET'] ?? '',
};

/** The password of a tenant's login role. Nothing is stored: it follows from the secret. */
export function passwordOf(tenantId: string): string {
  return createHmac('sha256', settings.secret).update(tenantId).digest('hex');
}
