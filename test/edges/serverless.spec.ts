import { Controller, Get, Module } from '@nestjs/common';
import { CurrentTenant, fromHeader, fromHost, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestListener } from 'node:http';
import { Socket } from 'node:net';
import { createApp } from '../support/http.js';
import { LoggedLines } from './logged.js';

const catalog = new InMemoryTenantCatalog(['foo', 'bar'].map((id) => ({ id, domain: `${id}.com` })));

@Controller()
class WhoController {
  @Get()
  who(@CurrentTenant() tenant: Tenant): string {
    return tenant.id;
  }
}

type Headers = Readonly<Record<string, string | string[]>>;

/** Calls the application as serverless adapters do: with a request that was made of an event, and no server. */
async function visit(
  serverless: boolean,
  ...visits: Headers[]
): Promise<{ statuses: number[]; texts: string[]; warnings: string[] }> {
  const resolvers = [fromHost(), fromHeader({ name: 'X-Tenant', trustedProxies: ['loopback'] })];
  @Module({ imports: [MultitenancyModule.forRoot({ catalog, resolvers, serverless })], controllers: [WhoController] })
  class AppModule {}
  const logged = new LoggedLines();
  const app = await createApp(AppModule, 'express', logged);
  await app.init();
  const listener = app.getHttpAdapter().getInstance() as RequestListener;
  const answers = [];
  for (const headers of visits) answers.push(await handle(listener, headers));
  await app.close();
  return {
    statuses: answers.map(([status]) => status),
    texts: answers.map(([, text]) => text),
    warnings: logged.warnings,
  };
}

function handle(listener: RequestListener, headers: Headers): Promise<[status: number, text: string]> {
  const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: '/', headers });
  const response = new ServerResponse(request);
  request.push(null);
  return new Promise((resolve) => {
    response.end = (chunk?: unknown) => {
      resolve([response.statusCode, String(chunk)]);
      return response;
    };
    listener(request, response);
  });
}

describe('a request of a serverless adapter, which has no raw headers', () => {
  it('names its tenant by host where the option says so', async () => {
    const { statuses, texts, warnings } = await visit(true, { host: 'foo.com' }, { Host: 'bar.com' });
    expect([statuses, texts, warnings]).toEqual([[200, 200], ['foo', 'bar'], []]);
  });

  it('is refused where the host comes twice, whichever way', async () => {
    const { statuses } = await visit(
      true,
      { host: 'foo.com', Host: 'bar.com' },
      { host: ['foo.com', 'bar.com'] },
      { host: 'foo.com, bar.com' },
    );
    expect(statuses).toEqual([400, 400, 400]);
  });

  it('has no peer that could be trusted with a header', async () => {
    expect((await visit(true, { 'x-tenant': 'foo' })).statuses).toEqual([400]);
  });

  it('names none without the option, which is logged once', async () => {
    const { statuses, warnings } = await visit(false, { host: 'foo.com' }, { host: 'foo.com' });
    expect(statuses).toEqual([400, 400]);
    expect(warnings).toEqual([expect.stringContaining('serverless: true')]);
  });
});
