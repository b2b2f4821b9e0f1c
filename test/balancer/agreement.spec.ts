import type { INestApplication } from '@nestjs/common';
import { TENANT_AUDIT_CHANNEL, agreesWithBalancer, fromHeader, fromHost, fromPath, fromUsername } from '@tenantry/core';
import type { TenantAuditEvent } from '@tenantry/core';
import type { PublishedAuditEvent } from '@tenantry/core/spi';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { raw } from '../security/support/raw-http.js';
import type { RawRequest } from '../security/support/raw-http.js';
import { all, NO_TENANT, REFUSED, startResolutionApp, verdict, verdicts } from '../security/support/resolution-app.js';
import { ADAPTERS, call } from '../support/http.js';

const BALANCER = '127.0.0.1';
const OTHER_CLIENT = '127.0.0.2';
const trustedProxies = [BALANCER];
const PLACES = [fromHeader({ name: 'X-Tenant-Id', trustedProxies }), fromPath(), fromHost()];

/** A request as the balancer passes it on. */
function said(word: string | null, request: RawRequest = {}): RawRequest {
  const { lines = ['Host: localhost'] } = request;
  return { ...request, lines: word === null ? lines : [...lines, `X-Balancer-Tenant: ${word}`] };
}

describe.each(ADAPTERS)('the agreement with the balancer on %s', (adapter) => {
  const events: TenantAuditEvent[] = [];
  const listen = (event: unknown): void => {
    const { applicationId: _, ...rest } = event as PublishedAuditEvent;
    events.push(rest);
  };
  let app: INestApplication;

  beforeAll(async () => {
    const check = agreesWithBalancer({ trustedProxies, places: PLACES });
    app = await startResolutionApp(adapter, [...PLACES, fromUsername({ paths: ['/log-in'] }), check]);
    subscribe(TENANT_AUDIT_CHANNEL, listen);
  });
  beforeEach(() => void (events.length = 0));
  afterAll(async () => {
    unsubscribe(TENANT_AUDIT_CHANNEL, listen);
    await app.close();
  });

  it('lets through what both read alike, by path, host and header', async () => {
    const requests = {
      path: said('foo.com', { target: '/t/foo.com/who' }),
      'path in capitals': said('foo.com', { target: '/t/FOO.com/who' }),
      host: said('foo.com', { lines: ['Host: Foo.com.:8080'] }),
      alias: said('www.foo.com', { lines: ['Host: www.foo.com'] }),
      header: said('foo.com', { lines: ['Host: localhost', 'X-Tenant-Id: FOO.com'] }),
      'path at a host of the service': said('foo.com', { target: '/t/foo.com/who', lines: ['Host: api.example.org'] }),
    };
    expect(await verdicts(app, requests)).toEqual(all(requests, '= foo'));
    expect(events).toEqual([]);
  });

  it('refuses and reports what the balancer has read as another tenant’s', async () => {
    const answer = await raw(app, said('bar.com', { target: '/t/foo.com/who' }));
    expect(answer).toMatchObject({ status: 400, json: { code: 'MT_TENANT_IDENTIFIER_INVALID' } });
    expect(answer.text).toMatch(/load balancer read .*bar\.com.*foo\.com/);
    const remoteAddress = expect.stringContaining(BALANCER);
    expect(events).toEqual([{ type: 'balancerMismatch', balancer: 'bar.com', application: 'foo.com', remoteAddress }]);
  });

  it('refuses where only one of both reads a tenant', async () => {
    const requests = {
      'a silent balancer': said(null, { target: '/t/foo.com/who' }),
      'a silent balancer, by host': said(null, { lines: ['Host: foo.com'] }),
      'an application that reads none': said('foo.com'),
      'an application that reads none in an address': said('127.0.0.1', { lines: ['Host: 127.0.0.1:3000'] }),
    };
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
    const words = events.map((event) => event.type === 'balancerMismatch' && [event.balancer, event.application]);
    const expected = [
      ['127.0.0.1', null],
      ['foo.com', null],
      [null, 'foo.com'],
      [null, 'foo.com'],
    ];
    expect(words.sort()).toEqual(expected.sort());
  });

  it('leaves a request without a tenant what it is', async () => {
    expect(await verdict(app, said(null))).toBe(NO_TENANT);
    expect(events).toEqual([]);
  });

  it('refuses an identifier that is not canonical, sent twice, or under a lookalike header', async () => {
    const lines = ['Host: foo.com', 'X-Balancer-Tenant: foo.com'];
    const requests = {
      capitals: said('FOO.com', { lines: ['Host: foo.com'] }),
      'a port': said('foo.com:80', { lines: ['Host: foo.com:80'] }),
      twice: said('foo.com', { lines }),
      disguise: { lines: [...lines, 'X_Balancer_Tenant: bar.com'] },
    };
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
  });

  it('ignores the header of any other client, and requires none', async () => {
    const from = OTHER_CLIENT;
    const requests = {
      lie: said('bar.com', { target: '/t/foo.com/who', from }),
      silence: said(null, { target: '/t/foo.com/who', from }),
    };
    expect(await verdicts(app, requests)).toEqual(all(requests, '= foo'));
    expect(events).toEqual([]);
  });

  it('changes nothing for what the application refuses by itself', async () => {
    const requests = {
      'an encoded letter': said('foo.com', { target: '/t/%66oo.com/who' }),
      'a dot segment': said('bar.com', { target: '/t/foo.com/../bar.com' }),
      'a list in the header': said('foo.com', { lines: ['Host: localhost', 'X-Tenant-Id: foo.com, bar.com'] }),
    };
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
    const conflict = said('foo.com', { target: '/t/foo.com/who', lines: ['Host: bar.com'] });
    expect(await verdict(app, conflict)).toBe('403 MT_TENANT_CONFLICT');
    expect(events.filter(({ type }) => type === 'balancerMismatch')).toEqual([]);
  });

  it('reports a request once whose body names a tenant too', async () => {
    const headers = { host: 'foo.com', 'x-balancer-tenant': 'bar.com' };
    const body = { username: 'ann@foo.com' };
    const answer = await call(app, '/log-in', { method: 'POST', headers, body });
    expect(answer).toMatchObject({ status: 400, json: { code: 'MT_TENANT_IDENTIFIER_INVALID' } });
    expect(events).toMatchObject([{ type: 'balancerMismatch', balancer: 'bar.com', application: 'foo.com' }]);
  });
});
