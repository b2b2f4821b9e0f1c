import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { TenantMembershipGuard } from '@tenantry/core';
import { ApiProblems } from './api-problems.decorator.js';
import { tenantPaths } from './tenant-paths.js';

/**
 * A controller of a tenant's own resource, for members of that tenant: by the tenant's host and by path.
 *
 * @param resource path without slashes at its ends
 */
export function TenantController(resource: string): ClassDecorator {
  return applyDecorators(
    Controller(tenantPaths(resource)),
    UseGuards(TenantMembershipGuard),
    ApiTags(resource),
    ApiBearerAuth(),
    ApiProblems(400, 401, 403, 404),
  );
}
