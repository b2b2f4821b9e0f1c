import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { SuperTenantOnly } from '@tenantry/core';
import type { Tenant, TenantPage } from '@tenantry/core';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { IdempotencyKey } from '../http/idempotency-key.decorator.js';
import {
  deleteTenantQuerySchema,
  newTenantSchema,
  tenantChangesSchema,
  tenantListQuerySchema,
  tenantPageSchema,
  tenantSchema,
} from './admin-tenants.schemas.js';
import type {
  DeleteTenantRequest,
  NewTenantRequest,
  TenantChangesRequest,
  TenantListRequest,
} from './admin-tenants.schemas.js';
import { TenantAdministration } from './tenant-administration.js';

/** The operator's view of the tenants. */
@ApiTags('admin')
@ApiBearerAuth()
@ApiProblems(400, 401, 403, 404, 409)
@SuperTenantOnly()
@Controller('admin/tenants')
export class AdminTenantsController {
  readonly #administration: TenantAdministration;

  constructor(administration: TenantAdministration) {
    this.#administration = administration;
  }

  /** Lists tenants, by default in the order of their ids. */
  @Get()
  @ApiOperation({ summary: 'List tenants' })
  @ApiOkResponse({ standardSchema: tenantPageSchema })
  list(@Query({ schema: tenantListQuerySchema }) query: TenantListRequest): Promise<TenantPage> {
    return this.#administration.list(query);
  }

  /** Creates a tenant, its first user and its cloud account. The same `Idempotency-Key` gives the same tenant. */
  @Post()
  @ApiOperation({ summary: 'Create a tenant' })
  @ApiCreatedResponse({ standardSchema: tenantSchema })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: '1 to 200 printable ASCII characters' })
  create(
    @Body({ schema: newTenantSchema }) tenant: NewTenantRequest,
    @IdempotencyKey() requestKey: string | undefined,
  ): Promise<Tenant> {
    return this.#administration.create(tenant, requestKey);
  }

  /** Gives one tenant. */
  @Get(':id')
  @ApiOperation({ summary: 'Get a tenant' })
  @ApiOkResponse({ standardSchema: tenantSchema })
  get(@Param('id') id: string): Promise<Tenant> {
    return this.#administration.get(id);
  }

  /** Changes or renames one tenant. */
  @Patch(':id')
  @ApiOperation({ summary: 'Change a tenant' })
  @ApiOkResponse({ standardSchema: tenantSchema })
  change(
    @Param('id') id: string,
    @Body({ schema: tenantChangesSchema }) changes: TenantChangesRequest,
  ): Promise<Tenant> {
    return this.#administration.change(id, changes);
  }

  /** Suspends one tenant. */
  @Post(':id/suspend')
  @HttpCode(200)
  @ApiOperation({ summary: 'Suspend a tenant' })
  @ApiOkResponse({ standardSchema: tenantSchema })
  suspend(@Param('id') id: string): Promise<Tenant> {
    return this.#administration.suspend(id);
  }

  /** Serves one tenant again. */
  @Post(':id/activate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Activate a tenant' })
  @ApiOkResponse({ standardSchema: tenantSchema })
  activate(@Param('id') id: string): Promise<Tenant> {
    return this.#administration.activate(id);
  }

  /** Takes a deletion back in its grace period. */
  @Post(':id/undelete')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take a deletion back' })
  @ApiOkResponse({ standardSchema: tenantSchema })
  undelete(@Param('id') id: string): Promise<Tenant> {
    return this.#administration.undelete(id);
  }

  /** Deletes one tenant and what it owns: at once, or blocked at once and removed after `graceMinutes`. */
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a tenant' })
  @ApiNoContentResponse()
  delete(
    @Param('id') id: string,
    @Query({ schema: deleteTenantQuerySchema }) { graceMinutes }: DeleteTenantRequest,
  ): Promise<void> {
    return this.#administration.delete(id, graceMinutes);
  }
}
