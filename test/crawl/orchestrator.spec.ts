import { SwaggerModule, DocumentBuilder } from '@nestjs/swagger';
import { expectTenantIsolation } from '@tenantry/core/testing';
import { ADAPTERS } from '../support/http.js';
import { startSample } from '../support/orchestrator.js';

it.each(ADAPTERS)('sample on %s', async (adapter) => {
  const sample = await startSample(adapter, 'postgres');
  const openApi = SwaggerModule.createDocument(sample.app, new DocumentBuilder().build());
  const t = Date.now();
  await expectTenantIsolation(sample.app, {
    tenants: [
      { name: 'foo', headers: await sample.logIn('alice@foo.com'), params: { domain: 'foo.com' }, identifiers: ['foo', 'foo.com'] },
      { name: 'bar', headers: await sample.logIn('bob@bar.com'), params: { domain: 'bar.com' }, identifiers: ['bar', 'bar.com'] },
    ],
    openApi,
    skip: { 'POST /auth/login': 'a', 'POST /t/:domain/auth/login': 'b' },
    onReport: (r) => process.stdout.write(JSON.stringify({ ...r, routes: r.routes.map((x) => [x.route, x.requests, x.statuses].join(' ') + JSON.stringify(x.statuses)) }, null, 1)),
  }).catch((e) => process.stdout.write(String(e)));
  process.stdout.write(`${Date.now() - t}ms`);
  await sample.close();
}, 180_000);
