import { Body, Delete, Get, HttpCode, Param, Post, Query, UseFilters } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { RequirePermission } from '@tenantry/identity';
import { InjectTenantClient } from '@tenantry/core';
import type { CloudServer, CloudServerPage } from '../cloud/cloud-client-answers.js';
import { CLOUD_CLIENT } from '../cloud/cloud-client.factory.js';
import { CloudClient } from '../cloud/cloud-client.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { pageQuerySchema } from '../http/page.js';
import type { PageQuery } from '../http/page.js';
import { TenantController } from '../http/tenant-controller.decorator.js';
import { CloudProblemFilter } from './cloud-problem.filter.js';
import { newServerSchema, serverPageSchema, serverSchema } from './server.schemas.js';
import type { NewServer } from './server.schemas.js';

/** The tenant's servers at its cloud. The client is the tenant's own, leased to each request of this controller. */
@RequirePermission('servers:read')
@ApiProblems(409, 503)
@UseFilters(CloudProblemFilter)
@TenantController('servers')
export class ServersController {
  readonly #cloud: CloudClient;

  constructor(@InjectTenantClient(CLOUD_CLIENT) cloud: CloudClient) {
    this.#cloud = cloud;
  }

  /** Lists the servers, oldest first. */
  @Get()
  @ApiOperation({ summary: 'List servers' })
  @ApiOkResponse({ standardSchema: serverPageSchema })
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Promise<CloudServerPage> {
    return this.#cloud.listServers(query);
  }

  /** Creates a server. */
  @Post()
  @RequirePermission('servers:write')
  @ApiOperation({ summary: 'Create a server' })
  @ApiCreatedResponse({ standardSchema: serverSchema })
  create(@Body({ schema: newServerSchema }) server: NewServer): Promise<CloudServer> {
    return this.#cloud.createServer(server);
  }

  /** Deletes one server. */
  @Delete(':id')
  @RequirePermission('servers:write')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a server' })
  @ApiNoContentResponse()
  delete(@Param('id') id: string): Promise<void> {
    return this.#cloud.deleteServer(id);
  }
}
