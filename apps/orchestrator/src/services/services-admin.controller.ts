import { Body, Delete, Get, Header, HttpCode, Param, ParseIntPipe, Post, Put, Query, Req } from '@nestjs/common';
import { ApiConsumes, ApiOperation } from '@nestjs/swagger';
import { CurrentTenant } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import { RequirePermission } from '@tenantry/identity';
import { ServiceDeployments, ServiceLog } from '@tenantry/services';
import type { ArtifactFault, ArtifactState, DeployedArtifact, ServiceLogLine } from '@tenantry/services';
import { TenantController } from '../http/tenant-controller.decorator.js';
import { languageOf } from './source-language.js';
import { accessSchema, activateSchema } from './services.schemas.js';
import type { Access, Activate } from './services.schemas.js';

/** What an upload came to. */
interface Uploaded {
  readonly name: string;
  readonly version: number;
  readonly state: ArtifactState;
  readonly fault?: ArtifactFault;
}

/** The services of the tenant, for its administrators. */
@RequirePermission('services:administer')
@TenantController('admin/services')
export class ServicesAdminController {
  readonly #deployments: ServiceDeployments;
  readonly #log: ServiceLog;

  constructor(deployments: ServiceDeployments, log: ServiceLog) {
    this.#deployments = deployments;
    this.#log = log;
  }

  /** Uploads a version: `text/javascript` or `application/typescript`. With `?activate=true` it is activated where it loads. */
  @Put(':name')
  @HttpCode(201)
  @ApiOperation({ summary: 'Upload a service' })
  @ApiConsumes('text/javascript', 'application/typescript')
  async upload(
    @CurrentTenant() { id }: Tenant,
    @Param('name') name: string,
    @Req() request: { readonly body?: unknown; readonly headers: Readonly<Record<string, string | undefined>> },
    @Query('activate') activate?: string,
  ): Promise<Uploaded> {
    const language = languageOf(request.headers['content-type']);
    const bytes = request.body instanceof Uint8Array ? request.body : new Uint8Array();
    const { version, state, fault } = await this.#deployments.upload(id, name, { bytes, language });
    if (activate === 'true' && state === 'staged') await this.#deployments.activate(id, name, version);
    return { name, version, state, ...(fault !== null && { fault }) };
  }

  /** Lists all services with their versions, newest first. */
  @Get()
  @ApiOperation({ summary: 'List services' })
  list(@CurrentTenant() { id }: Tenant): Promise<readonly DeployedArtifact[]> {
    return this.#deployments.list(id);
  }

  /** Gives the source of a version. */
  @Get(':name/versions/:version')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @Header('X-Content-Type-Options', 'nosniff')
  @ApiOperation({ summary: 'Download the source of a version' })
  async source(
    @CurrentTenant() { id }: Tenant,
    @Param('name') name: string,
    @Param('version', ParseIntPipe) version: number,
  ): Promise<string> {
    return (await this.#deployments.download(id, name, version)).source;
  }

  /** Activates a version. */
  @Post(':name/activate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Activate a version' })
  async activate(
    @CurrentTenant() { id }: Tenant,
    @Param('name') name: string,
    @Body({ schema: activateSchema }) { version, expected }: Activate,
  ): Promise<{ readonly name: string; readonly version: number }> {
    await this.#deployments.activate(id, name, version, expected);
    return { name, version };
  }

  /** Activates the version before the active one. */
  @Post(':name/rollback')
  @HttpCode(200)
  @ApiOperation({ summary: 'Roll back to the version before' })
  async rollback(
    @CurrentTenant() { id }: Tenant,
    @Param('name') name: string,
  ): Promise<{ readonly name: string; readonly version: number }> {
    return { name, version: await this.#deployments.rollback(id, name) };
  }

  /** Says who may call a service. */
  @Put(':name/access')
  @HttpCode(204)
  @ApiOperation({ summary: 'Say who may call a service' })
  secure(
    @CurrentTenant() { id }: Tenant,
    @Param('name') name: string,
    @Body({ schema: accessSchema }) { access }: Access,
  ): Promise<void> {
    return this.#deployments.secure(id, name, access);
  }

  /** Takes a service out of use; with `?versions=all` it is deleted with all versions. */
  @Delete(':name')
  @HttpCode(204)
  @ApiOperation({ summary: 'Undeploy a service' })
  remove(
    @CurrentTenant() { id }: Tenant,
    @Param('name') name: string,
    @Query('versions') versions?: string,
  ): Promise<void> {
    return versions === 'all' ? this.#deployments.remove(id, name) : this.#deployments.undeploy(id, name);
  }

  /** Gives what a service logged on this node, oldest first. */
  @Get(':name/logs')
  @ApiOperation({ summary: 'Read the log of a service' })
  logs(@CurrentTenant() { id }: Tenant, @Param('name') name: string): { readonly items: readonly ServiceLogLine[] } {
    return { items: this.#log.read(id, name) };
  }
}
