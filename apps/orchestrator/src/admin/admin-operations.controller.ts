import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SuperTenantOnly } from '@tenantry/core';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { UuidParam } from '../http/uuid-param.decorator.js';
import { operationSchema, resumeSchema } from './admin-operations.schemas.js';
import type { OperationAnswer, ResumeRequest } from './admin-operations.schemas.js';
import { TenantOperations } from './tenant-operations.js';

/** Operations on tenants that did not come to their end by themselves. */
@ApiTags('admin')
@ApiBearerAuth()
@ApiProblems(400, 401, 403, 404, 409)
@SuperTenantOnly()
@Controller('admin/operations')
export class AdminOperationsController {
  readonly #operations: TenantOperations;

  constructor(operations: TenantOperations) {
    this.#operations = operations;
  }

  /** Gives one operation. Errors of changes name its id. */
  @Get(':id')
  @ApiOperation({ summary: 'Get an operation' })
  @ApiOkResponse({ standardSchema: operationSchema })
  get(@UuidParam() id: string): Promise<OperationAnswer> {
    return this.#operations.get(id);
  }

  /** Continues an operation that has failed. */
  @Post(':id/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Resume an operation' })
  @ApiOkResponse({ standardSchema: operationSchema })
  resume(@UuidParam() id: string, @Body({ schema: resumeSchema }) input: ResumeRequest): Promise<OperationAnswer> {
    return this.#operations.resume(id, input);
  }
}
