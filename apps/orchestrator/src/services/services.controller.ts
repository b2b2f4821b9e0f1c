import { All, Controller, Param, Req, Res, UseGuards } from '@nestjs/common';
import type { StreamableFile, Type } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../auth/public.decorator.js';
import { tenantPaths } from '../http/tenant-paths.js';
import type { Settings } from '../settings/settings.js';
import { ServiceAccessGuard } from './service-access.guard.js';
import { ServiceRuns } from './service-runs.js';

/** Runs the services of tenants, with every method. The routers of Express and Fastify spell "and everything below" differently. */
export function servicesController({ httpAdapter }: Settings): Type {
  return httpAdapter === 'express' ? ExpressServicesController : FastifyServicesController;
}

/** The routes for Express. */
@Controller(tenantPaths('services'))
@Public()
@UseGuards(ServiceAccessGuard)
@ApiExcludeController()
class ExpressServicesController {
  readonly #runs: ServiceRuns;

  constructor(runs: ServiceRuns) {
    this.#runs = runs;
  }

  @All([':name', ':name/*below'])
  run(
    @Param('name') name: string,
    @Req() request: object,
    @Res({ passthrough: true }) response: object,
  ): Promise<StreamableFile> {
    return this.#runs.run(name, request, response);
  }
}

/** The routes for Fastify. */
@Controller(tenantPaths('services'))
@Public()
@UseGuards(ServiceAccessGuard)
@ApiExcludeController()
class FastifyServicesController {
  readonly #runs: ServiceRuns;

  constructor(runs: ServiceRuns) {
    this.#runs = runs;
  }

  @All([':name', ':name/*'])
  run(
    @Param('name') name: string,
    @Req() request: object,
    @Res({ passthrough: true }) response: object,
  ): Promise<StreamableFile> {
    return this.#runs.run(name, request, response);
  }
}
