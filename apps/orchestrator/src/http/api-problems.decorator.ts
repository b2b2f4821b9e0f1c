import { applyDecorators } from '@nestjs/common';
import { ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { STATUS_CODES } from 'node:http';
import { PROBLEM_MEDIA_TYPE } from '@tenantry/core';

/** Name of the problem document among the schemas of the API's description. */
export const PROBLEM_SCHEMA = 'Problem';

/** Describes the errors that a route answers with, all of them problem documents. */
export function ApiProblems(...statuses: readonly number[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: STATUS_CODES[status] ?? '',
        content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: getSchemaPath(PROBLEM_SCHEMA) } } },
      }),
    ),
  );
}
