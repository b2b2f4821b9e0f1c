import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { TenantOptional } from '@tenantry/core';
import { z } from 'zod';
import { Public } from '../auth/public.decorator.js';
import { ApiError } from '../http/api.error.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { Readiness } from './readiness.js';

const statusSchema = z.object({ status: z.literal('ok') });
type Status = z.output<typeof statusSchema>;

/** What a supervisor asks. */
@ApiTags('health')
@Public()
@TenantOptional()
@Controller('health')
export class HealthController {
  readonly #readiness: Readiness;

  constructor(readiness: Readiness) {
    this.#readiness = readiness;
  }

  /** 200 as long as the process lives. */
  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Does the process live' })
  @ApiOkResponse({ standardSchema: statusSchema })
  live(): Status {
    return { status: 'ok' };
  }

  /** 200 while requests should be sent here, else 503. */
  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Should requests be sent here' })
  @ApiOkResponse({ standardSchema: statusSchema })
  @ApiProblems(503)
  async ready(): Promise<Status> {
    if (await this.#readiness.isReady()) return { status: 'ok' };
    throw new ApiError(
      503,
      'NOT_READY',
      'Not ready',
      'The database does not answer, or this process is shutting down.',
    );
  }
}
