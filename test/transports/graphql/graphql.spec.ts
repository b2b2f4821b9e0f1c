import { ADAPTERS } from '../../support/http.js';
import { until } from '../../support/until.js';
import { AuditRecorder, leasesOf, registryOf } from '../tenant-fixture.js';
import { ask, startGraphqlApp, subscribe } from './graphql-app.js';
import type { GraphqlAnswer, GraphqlApp } from './graphql-app.js';

const FOO = { 'x-tenant': 'foo' };

function codesOf({ errors = [] }: GraphqlAnswer): unknown[] {
  return errors.map(({ extensions }) => extensions['code']);
}

describe.each(ADAPTERS)('GraphQL on %s', (adapter) => {
  let graphql: GraphqlApp;
  let ear: AuditRecorder;
  beforeAll(async () => void (graphql = await startGraphqlApp(adapter)));
  afterAll(() => graphql.app.close());
  beforeEach(() => void (ear = new AuditRecorder()));
  afterEach(async () => {
    ear.stop();
    graphql.catalog.outage = false;
    graphql.catalog.pretended.clear();
    await until(() => leasesOf(graphql.app) === 0);
  });

  it('resolves queries, their fields in one batch, for the tenant of a header', async () => {
    graphql.owners.batches.length = 0;
    expect(await ask(graphql, '{ projects { id tenant owner } }', FOO)).toEqual({
      data: { projects: ['a', 'b', 'c'].map((id) => ({ id, tenant: 'foo', owner: `foo owns ${id}` })) },
    });
    expect(graphql.owners.batches).toEqual([['a', 'b', 'c']]);
  });

  it('resolves mutations, for the tenant of the Host', async () => {
    const answer = await ask(graphql, 'mutation { createProject(name: "new") { id tenant owner } }', {
      host: 'bar.app.test',
    });
    expect(answer).toEqual({ data: { createProject: { id: 'new', tenant: 'bar', owner: 'bar owns new' } } });
  });

  it('acquires the client of a request once, however many of its fields use it', async () => {
    const before = registryOf(graphql.app).stats();
    await ask(graphql, '{ a: projects { owner } b: projects { owner } createdTwice: projects { owner } }', FOO);
    const { hits, misses } = registryOf(graphql.app).stats();
    expect(hits + misses - before.hits - before.misses).toBe(1);
  });

  it('keeps interleaved batches of two tenants apart', async () => {
    const tenants = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 'foo' : 'bar'));
    const answers = await Promise.all(tenants.map((id) => ask(graphql, '{ projects { owner } }', { 'x-tenant': id })));
    answers.forEach(({ data }, i) => {
      const id = tenants[i];
      expect(data?.['projects']).toEqual(['a', 'b', 'c'].map((name) => ({ owner: `${id} owns ${name}` })));
    });
  });

  it.each([
    ['an unknown tenant', { 'x-tenant': 'unknown' }, 'MT_TENANT_UNKNOWN', 404],
    ['no tenant', {}, 'MT_TENANT_REQUIRED', 400],
    ['two tenants', { 'x-tenant': 'foo', host: 'bar.app.test' }, 'MT_TENANT_CONFLICT', 403],
    ['a malformed tenant', { 'x-tenant': 'foo, bar' }, 'MT_TENANT_IDENTIFIER_INVALID', 400],
  ])('refuses a request that names %s', async (_name, headers, code, status) => {
    const answer = await ask(graphql, '{ projects { id } }', headers);
    expect(answer.data ?? null).toBeNull();
    expect(codesOf(answer)).toEqual([code]);
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code, status });
    expect(ear.events.map(({ type }) => type)).toEqual(code === 'MT_TENANT_CONFLICT' ? ['conflict'] : []);
  });

  it('refuses a suspended tenant', async () => {
    graphql.catalog.pretended.set('foo', 'suspended');
    expect(codesOf(await ask(graphql, '{ projects { id } }', FOO))).toEqual(['MT_TENANT_SUSPENDED']);
  });

  it('distinguishes an outage of the catalog from an unknown tenant', async () => {
    graphql.catalog.outage = true;
    expect(codesOf(await ask(graphql, '{ projects { id } }', FOO))).toEqual(['MT_CATALOG_UNAVAILABLE']);
  });

  it('runs a query whose tenant is optional with and without one, never with a bad one', async () => {
    expect(await ask(graphql, '{ version }')).toEqual({ data: { version: '1 for no tenant' } });
    expect(await ask(graphql, '{ version }', FOO)).toEqual({ data: { version: '1 for foo' } });
    expect(codesOf(await ask(graphql, '{ version }', { 'x-tenant': 'unknown' }))).toEqual(['MT_TENANT_UNKNOWN']);
  });

  it('lets members in and refuses non-members and anonymous callers, by the principal in the context', async () => {
    expect(await ask(graphql, '{ secret }', { ...FOO, 'x-user': 'ann of foo' })).toEqual({
      data: { secret: 'secret of foo' },
    });
    for (const user of [{ 'x-user': 'ann of bar' }, {}])
      expect(codesOf(await ask(graphql, '{ secret }', { ...FOO, ...user }))).toEqual(['MT_TENANT_FORBIDDEN']);
    expect(ear.events).toMatchObject([
      { type: 'forbidden', transport: 'graphql', handler: 'OpenResolver.secret', tenantId: 'foo' },
      { type: 'forbidden', tenantId: 'foo' },
    ]);
  });

  it('gives the client back when a resolver throws', async () => {
    const answer = await ask(graphql, '{ broken }', FOO);
    expect(answer.errors?.map(({ message }) => message)).toEqual(['the database is on fire']);
    await until(() => leasesOf(graphql.app) === 0);
  });

  it('refuses a field its client when neither its query has declared it nor guards run before fields', async () => {
    expect(await ask(graphql, '{ declaredThing { whose } }', FOO)).toEqual({
      data: { declaredThing: { whose: 'foo' } },
    });
    const answer = await ask(graphql, '{ undeclaredThing { whose } }', FOO);
    expect(answer.data).toBeNull();
    expect(answer.errors?.map(({ message }) => message)).toEqual([expect.stringContaining('has not acquired it')]);
  });
});

describe.each(ADAPTERS)('GraphQL elsewhere on %s', (adapter) => {
  it('is served under the tenant’s path', async () => {
    const graphql = await startGraphqlApp(adapter, { path: '/t/:domain/graphql' });
    try {
      for (const id of ['foo', 'bar'])
        expect(await ask(graphql, '{ projects { owner } }', {}, `/t/${id}.com/graphql`)).toMatchObject({
          data: { projects: [{ owner: `${id} owns a` }, {}, {}] },
        });
      expect(codesOf(await ask(graphql, '{ projects { owner } }', {}, '/t/no.com/graphql'))).toEqual([
        'MT_TENANT_UNKNOWN',
      ]);
    } finally {
      await graphql.app.close();
    }
  });

  it('acquires clients before fields where guards run before fields', async () => {
    const graphql = await startGraphqlApp(adapter, { fieldResolverEnhancers: ['guards'] });
    try {
      expect(await ask(graphql, '{ undeclaredThing { whose } }', FOO)).toEqual({
        data: { undeclaredThing: { whose: 'foo' } },
      });
      await until(() => leasesOf(graphql.app) === 0);
    } finally {
      await graphql.app.close();
    }
  });

  it('answers the code of a field’s error where filters run behind fields', async () => {
    const graphql = await startGraphqlApp(adapter, { fieldResolverEnhancers: ['filters'] });
    try {
      const answer = await ask(graphql, '{ undeclaredThing { whose } }', FOO);
      expect(codesOf(answer)).toEqual(['MT_CLIENT_NOT_ACQUIRED']);
      expect(answer.errors?.[0]?.message).toBe('See the log of the service.');
    } finally {
      await graphql.app.close();
    }
  });

  it('refuses subscriptions over WebSocket: they have no tenant', async () => {
    const graphql = await startGraphqlApp(adapter, { subscriptions: { 'graphql-ws': true } });
    try {
      expect(await subscribe(graphql, 'subscription { ticks }', FOO)).toMatchObject({
        type: 'next',
        payload: { errors: [{ extensions: { code: 'MT_CONTEXT_MISSING' } }] },
      });
    } finally {
      await graphql.app.close();
    }
  });
});
