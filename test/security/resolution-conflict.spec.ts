import type { INestApplication } from '@nestjs/common';
import { ADAPTERS } from '../support/http.js';
import type { RawRequest } from './support/raw-http.js';
import { startResolutionApp, verdict } from './support/resolution-app.js';

type Place = 'host' | 'path' | 'header' | 'token';

/** A request in which some places name a tenant, by its domain or id. */
function naming(names: Partial<Record<Place, string>>): RawRequest {
  return {
    target: names.path === undefined ? '/who' : `/t/${names.path}.com/who`,
    lines: [
      names.host === undefined ? 'Host: localhost' : `Host: ${names.host}.com`,
      ...(names.header === undefined ? [] : [`X-Tenant-Id: ${names.header}`]),
      ...(names.token === undefined ? [] : [`Authorization: Bearer signed-${names.token}`]),
    ],
  };
}

const PLACES: readonly Place[] = ['host', 'path', 'header', 'token'];
const PAIRS = PLACES.flatMap((one, index) => PLACES.slice(index + 1).map((other) => [one, other] as const));

describe.each(ADAPTERS)('places that name tenants on %s', (adapter) => {
  let app: INestApplication;
  beforeAll(async () => void (app = await startResolutionApp(adapter)));
  afterAll(() => app.close());

  it('conflict in every pair when they name two', async () => {
    for (const [one, other] of PAIRS) {
      const [there, back] = [naming({ [one]: 'foo', [other]: 'bar' }), naming({ [one]: 'bar', [other]: 'foo' })];
      expect([one, other, await verdict(app, there), await verdict(app, back)]).toEqual([
        ...[one, other],
        ...['403 MT_TENANT_CONFLICT', '403 MT_TENANT_CONFLICT'],
      ]);
    }
  });

  it('agree in every pair when they name one by different names', async () => {
    for (const [one, other] of PAIRS) {
      expect([one, other, await verdict(app, naming({ [one]: 'foo', [other]: 'foo' }))]).toEqual([one, other, '= foo']);
    }
  });

  it('conflict when three of them name three, and when one of four differs', async () => {
    const conflict = '403 MT_TENANT_CONFLICT';
    expect(await verdict(app, naming({ host: 'foo', token: 'bar', header: 'baz' }))).toBe(conflict);
    for (const odd of PLACES) {
      const names = { host: 'foo', path: 'foo', header: 'foo', token: 'foo', [odd]: 'bar' };
      expect([odd, await verdict(app, naming(names))]).toEqual([odd, conflict]);
    }
  });

  it('conflict with a suspended tenant as with any other', async () => {
    expect(await verdict(app, naming({ host: 'foo', token: 'paused' }))).toBe('403 MT_TENANT_CONFLICT');
    expect(await verdict(app, naming({ host: 'paused', token: 'paused' }))).toBe('403 MT_TENANT_SUSPENDED');
  });

  it('never outweigh one that is malformed, unknown or not signed', async () => {
    expect(await verdict(app, naming({ host: 'foo', header: 'a..b' }))).toBe('400 MT_TENANT_IDENTIFIER_INVALID');
    expect(await verdict(app, naming({ path: 'nosuch', token: 'foo' }))).toBe('404 MT_TENANT_UNKNOWN');
    expect(await verdict(app, naming({ host: 'foo', token: 'nosuch' }))).toBe('404 MT_TENANT_UNKNOWN');
    const forged = { lines: ['Host: foo.com', 'Authorization: Bearer foo'] };
    expect(await verdict(app, forged)).toBe('401 MT_TENANT_TOKEN_INVALID');
  });

  it('make the super tenant conflict as well', async () => {
    expect(await verdict(app, naming({ host: 'foo', token: 'super' }))).toBe('403 MT_TENANT_CONFLICT');
    expect(await verdict(app, { ...naming({ token: 'foo' }), target: '/t/super/who' })).toBe('403 MT_TENANT_CONFLICT');
  });
});
