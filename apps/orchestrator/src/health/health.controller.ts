import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { TenantEagerLoader, TenantOptional } from '@tenantry/core';
import { z } from 'zod';
import { Public } from '../auth/public.decorator.js';
import { ApiError } from '../http/api.error.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { Readiness } from './readiness.js';

const statusSchema = z.object({ status: z.literal('ok') });
type Status = z.output<typeof statusSchema>;

const readySchema = statusSchema.extend({
  loading: z.object({
    state: z.enum(['idle', 'loading', 'done']),
    total: z.int(),
    loaded: z.int(),
    failing: z.int(),
  }),
});
type Ready = z.output<typeof readySchema>;

/** What a supervisor asks. */
@ApiTags('health')
@Public()
@TenantOptional()
@Controller('health')
export class HealthController {
  readonly #readiness: Readiness;
  readonly #loader: TenantEagerLoader;

  constructor(readiness: Readiness, loader: TenantEagerLoader) {
    this.#readiness = readiness;
    this.#loader = loader;
  }

  /** 200 as long as the process lives. */
  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Does the process live' })
  @ApiOkResponse({ standardSchema: statusSchema })
  live(): Status {
    return { status: 'ok' };
  }

  /** 200 while requests should be sent here, else 503. Reports the progress of eager loading; requests need not wait for it. */
  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Should requests be sent here' })
  @ApiOkResponse({ standardSchema: readySchema })
  @ApiProblems(503)
  async ready(): Promise<Ready> {
    if (await this.#readiness.isReady()) return { status: 'ok', loading: this.#loading() };
    throw new ApiError(
      503,
      'NOT_READY',
      'Not ready',
      'The database does not answer, or this process is shutting down.',
    );
  }

  /** Readable without credentials: how many tenants fail, not which. */
  #loading(): Ready['loading'] {
    const { state, total, loaded, failing } = this.#loader.progress();
    return { state, total, loaded, failing: failing.length };
  }
}
