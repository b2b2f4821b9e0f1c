import { expectTenantIsolation, TenantIsolationError } from '@tenantry/testing';
import type { CrawledTenant, IsolationReport, TenantIsolationOptions } from '@tenantry/testing';
import { startNotesApp } from './support/notes-app.js';
import type { NotesApp } from './support/notes-app.js';

const STAYS = { 'POST /log-out': 'ends the session' };

/** Knows where the notes are, and what is in them. */
function reader(name: string, number: string): CrawledTenant {
  return { name, headers: { authorization: name }, ids: { number }, canaries: [`only note of ${name}`] };
}

const TENANTS = [reader('foo', '1'), reader('bar', '2')] as const;

describe('expectTenantIsolation', () => {
  let notes: NotesApp;
  beforeEach(async () => {
    notes = await startNotesApp();
  });
  afterEach(() => notes.app.close());

  const crawl = (options: Partial<TenantIsolationOptions> = {}): Promise<IsolationReport> =>
    expectTenantIsolation(notes.app, { tenants: TENANTS, skip: STAYS, ...options });

  it.each<[string, object, RegExp]>([
    ['one tenant', { tenants: [TENANTS[0]] }, /tenants is 1\. Allowed: two tenants/],
    ['two tenants of one name', { tenants: [TENANTS[0], TENANTS[0]] }, /tenants\[1\]\.name is "foo"/],
    [
      'a canary that is found by chance',
      { tenants: [TENANTS[0], { ...TENANTS[1], canaries: ['abc'] }] },
      /canaries is "abc"/,
    ],
    ['a route to leave out that is not there', { skip: { 'GET /nots': 'x' } }, /skip is "GET \/nots"/],
    ['a route left out without a reason', { skip: { 'GET /mine': ' ' } }, /Allowed: a reason/],
    [
      'a body of a route that is not there',
      { bodies: { 'POST /mine': () => ({}) } },
      /bodies is "POST \/mine".*GET \/notes\/:number/,
    ],
    ['an extra route without a method', { extraRoutes: ['/legacy'] }, /extraRoutes is "\/legacy"/],
    ['too little concurrency', { concurrency: 1 }, /concurrency is 1\. Allowed: a whole number from 2 to 100/],
    ['too few requests', { maxRequests: 1.5 }, /maxRequests is 1\.5/],
  ])('refuses %s before it sends anything', async (_what, options, message) => {
    await expect(crawl(options)).rejects.toMatchObject({
      code: 'MT_ARGUMENT_INVALID',
      message: expect.stringMatching(message),
    });
    expect(notes.requests).toEqual([]);
  });

  it('does not ask what is left out, and says why', async () => {
    const { skipped, routes } = await crawl();
    expect(skipped).toEqual([{ route: 'POST /log-out', reason: 'ends the session' }]);
    expect(routes.map(({ route }) => route)).toEqual(['GET /mine', 'GET /notes/:number']);
    expect(notes.requests).not.toContain('POST /log-out');
  });

  it('leaves out by method and start of the path', async () => {
    const { skipped } = await crawl({ skip: { ...STAYS, '* /mi*': 'not of interest' } });
    expect(skipped.map(({ route }) => route).sort()).toEqual(['GET /mine', 'POST /log-out']);
  });

  it('leaves out by a star in the middle, which may stand for nothing', async () => {
    const { skipped } = await crawl({ skip: { ...STAYS, 'GET /no*/:number': 'x' } });
    expect(skipped.map(({ route }) => route).sort()).toEqual(['GET /notes/:number', 'POST /log-out']);
  });

  it('asks extra routes as well, and reports those at which no tenant is served', async () => {
    const { unexercised } = await crawl({ extraRoutes: ['GET /legacy'] });
    expect(unexercised).toEqual([{ route: 'GET /legacy', reason: expect.stringContaining('404') }]);
    await expect(crawl({ extraRoutes: ['GET /legacy'], unexercised: 'fail' })).rejects.toThrow(
      /^0 leaks between tenants.*\n {2}not exercised: GET \/legacy: /,
    );
  });

  it('says of no route that it was exercised when the requests did not suffice', async () => {
    const reports: IsolationReport[] = [];
    await crawl({ maxRequests: 100, onReport: (report) => reports.push(report), tenants: many(TENANTS) });
    expect(reports[0]?.unexercised).toEqual(
      ['GET /notes/:number', 'GET /mine'].map((route) => ({ route, reason: expect.stringContaining('maxRequests') })),
    );
  });

  it('uses what plant has made', async () => {
    const planting = ({ ids, canaries, ...tenant }: CrawledTenant): CrawledTenant => ({
      ...tenant,
      plant: async (send) => {
        const { status, json } = await send('GET', `/notes/${String(ids?.['number'])}`);
        return {
          ids: { number: (json as { number: string }).number },
          canaries: status === 200 ? (canaries ?? []) : [],
        };
      },
    });
    await notes.app.close();
    notes = await startNotesApp({ readsForeign: true });
    const failure = await crawl({ tenants: [planting(TENANTS[0]), planting(TENANTS[1])] }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(TenantIsolationError);
    expect(
      (failure as TenantIsolationError).report.leaks.map(({ kind, route, by, found }) => [kind, route, by, found]),
    ).toEqual([
      ['foreign-data', 'GET /notes/:number', 'foo', 'the body of the 200 holds "only note of bar"'],
      ['foreign-data', 'GET /notes/:number', 'bar', 'the body of the 200 holds "only note of foo"'],
    ]);
  });

  it('puts the prefix of a tenant in front of every path', async () => {
    const prefixed = ({ headers: _headers, ...tenant }: CrawledTenant): CrawledTenant => ({
      ...tenant,
      pathPrefix: `/at/${tenant.name}`,
    });
    const tenants: [CrawledTenant, CrawledTenant] = [prefixed(TENANTS[0]), prefixed(TENANTS[1])];
    expect((await crawl({ tenants })).unexercised).toEqual([]);
    await notes.app.close();
    notes = await startNotesApp({ readsForeign: true });
    await expect(crawl({ tenants })).rejects.toThrow(/curl -X GET '[^']+\/at\/foo\/notes\/2'/);
  });

  it('refuses to say that nothing leaks where it knows nothing that could', async () => {
    const outsider = { name: 'bar', headers: { authorization: 'unknown' } };
    await expect(crawl({ tenants: [TENANTS[0], outsider] })).rejects.toThrow(
      /^Nothing is known that belongs to bar alone/,
    );
  });

  it('stops when a tenant has lost its access on the way', async () => {
    await expect(crawl({ skip: {} })).rejects.toThrow(
      /^foo is answered 401 since POST \/log-out: leave that route out/,
    );
  });
});

/** With so many things to search for that the requests run out. */
function many([foo, bar]: readonly [CrawledTenant, CrawledTenant]): [CrawledTenant, CrawledTenant] {
  const identifiers = Array.from({ length: 200 }, (_, index) => `identifier-${index}`);
  return [
    { ...foo, identifiers },
    { ...bar, identifiers },
  ];
}
