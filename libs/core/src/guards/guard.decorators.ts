import { applyDecorators, createParamDecorator, SetMetadata, UseGuards } from '@nestjs/common';
import type { CustomDecorator } from '@nestjs/common';
import { ClsServiceManager } from 'nestjs-cls';
import { currentScope } from '../context/scope-store.js';
import { TenantContextMissingError } from '../errors/usage.errors.js';
import type { Tenant } from '../tenant/tenant.js';
import { SuperTenantGuard } from './super-tenant.guard.js';
import { TENANT_POLICY } from './tenant-policy.js';

/**
 * Lets requests without a tenant reach a handler, or all handlers of a controller. Where one is named but cannot be used,
 * reading the tenant throws what is wrong with it.
 */
export function TenantOptional(): CustomDecorator {
  return SetMetadata(TENANT_POLICY, 'optional');
}

/**
 * Keeps a handler, or all handlers of a controller, for the super tenant: named by a verified token or a trusted proxy,
 * never by Host or path alone. Any other caller gets 403. The check stands behind the global guards, so that the
 * application's own authentication answers 401 first.
 */
export function SuperTenantOnly(): ClassDecorator & MethodDecorator {
  return applyDecorators(SetMetadata(TENANT_POLICY, 'super'), UseGuards(SuperTenantGuard));
}

/**
 * The current tenant as a handler's parameter, or one field of it: `@CurrentTenant('id')`. `null` on an optional route without
 * a tenant.
 *
 * @see TenantOptional
 */
export const CurrentTenant = createParamDecorator((field: keyof Tenant | undefined): unknown => {
  const scope = currentScope(ClsServiceManager.getClsService());
  if (scope === undefined) throw new TenantContextMissingError();
  const tenant = scope.tenantOrNull;
  return tenant === null || field === undefined ? tenant : tenant[field];
});
