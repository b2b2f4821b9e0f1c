import { All, Controller, Module } from '@nestjs/common';
import { fromHeader, fromHost, InMemoryTenantCatalog, MultitenancyModule, notApplicable } from '@tenantry/core';
import type { MultitenancyOptions, TenantResolver } from '@tenantry/core';
import { ADAPTERS, call, startApp } from '../support/http.js';
import type { AdapterName, HttpAnswer } from '../support/http.js';
import { LoggedLines } from './logged.js';

const catalog = new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]);

@Controller()
class RootController {
  @All()
  get(): object {
    return {};
  }
}

async function visit(
  adapter: AdapterName,
  resolvers: MultitenancyOptions['resolvers'],
  calls: Parameters<typeof call>[2][],
): Promise<{ answers: HttpAnswer[]; logged: LoggedLines }> {
  @Module({ imports: [MultitenancyModule.forRoot({ catalog, resolvers })], controllers: [RootController] })
  class AppModule {}
  const logged = new LoggedLines();
  const app = await startApp(AppModule, adapter, logged);
  try {
    const answers: HttpAnswer[] = [];
    for (const options of calls) answers.push(await call(app, '/', options));
    return { answers, logged };
  } finally {
    await app.close();
  }
}

describe.each(ADAPTERS)('a resolver of the application on %s', (adapter) => {
  it.each([
    ['throws', () => JSON.parse('no JSON') as string],
    ['rejects', async () => JSON.parse('no JSON') as string],
  ])('that %s is reported with its name and cause, and never as an outage of the catalog', async (_how, read) => {
    const fromSession = Object.defineProperty(read, 'name', { value: 'fromSession' });
    const { answers, logged } = await visit(adapter, [fromSession], [{ headers: { host: 'foo.com' } }]);
    expect(answers[0]).toMatchObject({ status: 500, json: { code: 'MT_RESOLVER_FAILED' } });
    expect(logged.errors).toEqual([expect.stringMatching(/MT_RESOLVER_FAILED.*"fromSession".*SyntaxError/s)]);
  });
});

describe.each(ADAPTERS)('a tenant header of a peer that is not trusted, on %s', (adapter) => {
  const visits = [{ headers: { 'x-tenant-id': 'foo' } }, { headers: { 'x-tenant-id': 'foo' } }];

  it('is named in the log, once, and not in the answer', async () => {
    const resolver = fromHeader({ name: 'X-Tenant-Id', trustedProxies: ['10.0.0.0/8'] });
    const { answers, logged } = await visit(adapter, [resolver], visits);
    expect(answers.map(({ status }) => status)).toEqual([400, 400]);
    expect(JSON.stringify(answers.map(({ json }) => json))).not.toMatch(/x-tenant-id|trusted/i);
    expect(logged.warnings).toEqual([
      expect.stringMatching(/header x-tenant-id of a request from "127.0.0.1" was ignored: fromHeader.trustedProxies/),
    ]);
  });

  it('is not logged where the peer is trusted, or sends no such header', async () => {
    const trusting = fromHeader({ name: 'X-Tenant-Id', trustedProxies: ['loopback'] });
    expect((await visit(adapter, [trusting], visits)).logged.warnings).toEqual([]);
    const strict = fromHeader({ name: 'X-Tenant-Id', trustedProxies: ['10.0.0.0/8'] });
    const { logged } = await visit(adapter, [fromHost(), strict], [{ headers: { host: 'foo.com' } }]);
    expect(logged.warnings).toEqual([]);
  });
});

describe.each(ADAPTERS)('a resolver of the phase "body" that reads request.user, on %s', (adapter) => {
  const named = (name: string, read: (user: { tenant: string } | undefined) => string | undefined): TenantResolver => ({
    name,
    trust: 'verified',
    phase: 'body',
    resolve: ({ platformRequest }) => {
      const id = read((platformRequest as { user?: { tenant: string } }).user);
      return id === undefined ? notApplicable : { kind: 'resolved', identifier: id, weak: false };
    },
  });

  it('gets a hint where it throws because there is no user', async () => {
    const resolver = named('fromUser', (user) => (user as { tenant: string }).tenant);
    const { answers, logged } = await visit(adapter, [resolver], [{ method: 'POST', body: {} }]);
    expect(answers[0]?.status).toBe(500);
    expect(logged.errors).toEqual([expect.stringMatching(/"fromUser".*request\.user.*before your guards.*TypeError/s)]);
  });

  it('gets a hint where it finds no user, once', async () => {
    const resolver = named('fromUser', (user) => user?.tenant);
    const { answers, logged } = await visit(adapter, [resolver], [{ method: 'POST', body: {} }, {}]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400]);
    expect(logged.warnings).toEqual([expect.stringMatching(/"fromUser".*request\.user.*before your guards/)]);
  });
});
