import { Controller, Get, Module, Param, Post } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { describeTenantPaths } from '@tenantry/core';
import { createApp } from '../support/http.js';

@Controller(['projects', 't/:domain/projects'])
class ProjectsController {
  @Get()
  list(): object[] {
    return [];
  }

  @Post(':id')
  change(@Param('id') id: string): object {
    return { id };
  }
}

@Controller('t/:domain/reports')
class ReportsController {
  @Get()
  list(@Param('domain') domain: string): object {
    return { domain };
  }
}

@Controller('health')
class HealthController {
  @Get()
  live(): object {
    return {};
  }
}

@Module({ controllers: [ProjectsController, ReportsController, HealthController] })
class AppModule {}

async function document(prefix = ''): Promise<OpenAPIObject> {
  const app = await createApp(AppModule, 'express');
  app.setGlobalPrefix(prefix);
  await app.init();
  try {
    return SwaggerModule.createDocument(app, new DocumentBuilder().build());
  } finally {
    await app.close();
  }
}

type Parameters = readonly { readonly name: string; readonly in: string; readonly required: boolean }[];

const parametersOf = ({ paths }: OpenAPIObject, path: string, method: 'get' | 'post'): string[] =>
  (paths[path]?.[method]?.parameters as Parameters).map(
    ({ name, in: place, required }) => `${place} ${name} ${required}`,
  );

describe('the OpenAPI document of routes below a tenant’s path', () => {
  it('declares the parameter that no handler reads, once, and lists each route once', async () => {
    const described = describeTenantPaths(await document());
    expect(Object.keys(described.paths).sort()).toEqual([
      '/health',
      '/t/{domain}/projects',
      '/t/{domain}/projects/{id}',
      '/t/{domain}/reports',
    ]);
    expect(parametersOf(described, '/t/{domain}/projects', 'get')).toEqual(['path domain true']);
    expect(parametersOf(described, '/t/{domain}/projects/{id}', 'post')).toEqual(['path domain true', 'path id true']);
    expect(parametersOf(described, '/t/{domain}/reports', 'get')).toEqual(['path domain true']);
    expect(described.paths['/t/{domain}/projects']?.get?.operationId).toBe('ProjectsController_list');
  });

  it('lists routes by host, or both, where that is asked for', async () => {
    const given = await document();
    const byHost = describeTenantPaths(given, { keep: 'host' });
    expect(Object.keys(byHost.paths).sort()).toEqual(['/health', '/projects', '/projects/{id}', '/t/{domain}/reports']);
    const both = describeTenantPaths(given, { keep: 'both' });
    expect(Object.keys(both.paths)).toEqual(Object.keys(given.paths));
    expect(parametersOf(both, '/t/{domain}/projects', 'get')).toEqual(['path domain true']);
  });

  it('counts with the global prefix, as fromPath does', async () => {
    const described = describeTenantPaths(await document('api'), { prefix: 'api/t' });
    expect(Object.keys(described.paths)).not.toContain('/api/projects');
    expect(parametersOf(described, '/api/t/{domain}/projects', 'get')).toEqual(['path domain true']);
  });

  it('leaves the document that it was given as it is', async () => {
    const given = await document();
    const before = JSON.stringify(given);
    describeTenantPaths(given);
    expect(JSON.stringify(given)).toBe(before);
  });
});
