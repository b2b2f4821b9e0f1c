import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { SuperTenantOnly } from '@tenantry/core';
import type { Tenant, TenantPage } from '@tenantry/core';
import { ApiProblems } from '../http/api-problems.decorator.js';
import {
  newTenantSchema,
  tenantChangesSchema,
  tenantListQuerySchema,
  tenantPageSchema,
  tenantSchema,
} from './admin-tenants.schemas.js';
import type { NewTenantRequest, TenantChangesRequest, TenantListRequest } from './admin-tenants.schemas.js';
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

  /** Lists tenants in the order of their ids. */
  @Get()
  @ApiOperation({ summary: 'List tenants' })
  @ApiOkResponse({ standardSchema: tenantPageSchema })
  list(@Query({ schema: tenantListQuerySchema }) query: TenantListRequest): Promise<TenantPage> {
    return this.#administration.list(query);
  }

  /** Creates a tenant, its first user and its cloud account. */
  @Post()
  @ApiOperation({ summary: 'Create a tenant' })
  @ApiCreatedResponse({ standardSchema: tenantSchema })
  create(@Body({ schema: newTenantSchema }) tenant: NewTenantRequest): Promise<Tenant> {
    return this.#administration.create(tenant);
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

  /** Shuts one tenant out. */
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

  /** Deletes one tenant and what it owns. */
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a tenant' })
  @ApiNoContentResponse()
  delete(@Param('id') id: string): Promise<void> {
    return this.#administration.delete(id);
  }
}
