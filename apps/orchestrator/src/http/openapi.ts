import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_SCHEMA } from './api-problems.decorator.js';

const problemSchema = {
  type: 'object',
  description: 'RFC 9457. Branch on `code`, which is stable.',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer', example: 404 },
    code: { type: 'string', example: 'NOT_FOUND' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      description: 'With `VALIDATION_FAILED`: the fields that cannot be used',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
} as const;

const DOMAIN_PARAMETER = {
  name: 'domain',
  in: 'path',
  required: true,
  description: "The tenant's domain, one of its aliases, or its id",
  schema: { type: 'string', example: 'foo.com' },
} as const;

/** Serves the description of the API at `/docs` and, for programs, `/docs-json`. It is built when it is first asked for. */
export function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => describeApi(app));
}

function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Orchestrator')
    .setDescription('Tenants are named by host (`Host: foo.com`) or by path (`/t/foo.com/...`).')
    .setVersion('0.1.0')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, config);
  document.components = { ...document.components };
  document.components.schemas = {
    ...document.components.schemas,
    [PROBLEM_SCHEMA]: structuredClone(problemSchema) as never,
  };
  addDomainParameter(document);
  return document;
}

/** No handler reads `:domain`, so nothing else would describe it. */
function addDomainParameter({ paths }: OpenAPIObject): void {
  for (const [path, operations] of Object.entries(paths)) {
    if (path.includes('{domain}')) operations.parameters = [DOMAIN_PARAMETER];
  }
}
