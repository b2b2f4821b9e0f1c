import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { connect } from 'node:http2';
import type { OutgoingHttpHeaders } from 'node:http2';
import { ADAPTERS, portOf } from '../support/http.js';
import { raw } from './support/raw-http.js';
import type { RawRequest } from './support/raw-http.js';
import {
  all,
  REFUSED,
  resolutionModule,
  someTenants,
  startResolutionApp,
  verdict,
  verdicts,
} from './support/resolution-app.js';

/** Requests of foo's host with some targets. */
function ofFoo(...targets: readonly string[]): Record<string, RawRequest> {
  return Object.fromEntries(targets.map((target) => [target, { target, lines: ['Host: foo.com'] }]));
}

describe.each(ADAPTERS)('the request target on %s', (adapter) => {
  let app: INestApplication;
  beforeAll(async () => void (app = await startResolutionApp(adapter)));
  afterAll(() => app.close());

  it('in absolute form agrees with the Host header, or is refused', async () => {
    const agreeing = ofFoo('http://foo.com/who', 'https://foo.com/who', 'http://foo.com');
    expect(await verdicts(app, agreeing)).toEqual(all(agreeing, '= foo'));
    const requests = ofFoo('http://evil/t/foo', 'http://bar.com/who', 'http://FOO.com/who', 'http://foo.com:80/who');
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
    expect(await verdict(app, { target: 'http://foo.com/who', version: 'HTTP/1.0', lines: [] })).toBe(REFUSED);
  });

  it('in absolute form with credentials is refused', async () => {
    const requests = ofFoo('http://u@foo.com/who', 'http://u:p@foo.com/who', 'http://foo.com@bar.com/who');
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
  });

  it('in absolute form is refused where parsers disagree on where its path begins', async () => {
    const requests = ofFoo(
      'http://foo.com?x/t/bar.com',
      'http://foo.com?x=/t/bar.com/who',
      'ftp://foo.com/who',
      'http:///who',
    );
    // A router that finds no path there answers before the tenant is resolved.
    for (const answer of Object.values(await verdicts(app, requests))) expect(answer).toMatch(/^(?:400|404)/);
  });

  it('in absolute form names a tenant by its path as well', async () => {
    expect(await verdict(app, { target: 'http://foo.com/t/bar.com', lines: ['Host: foo.com'] })).toBe(
      '403 MT_TENANT_CONFLICT',
    );
    expect(await verdict(app, { target: 'http://foo.com/t/foo.com', lines: ['Host: foo.com'] })).toBe('= foo');
  });

  it('of OPTIONS * and CONNECT reaches no tenant', async () => {
    expect(await verdict(app, { method: 'OPTIONS', target: '*', lines: ['Host: foo.com'] })).toBe('404');
    expect((await raw(app, { method: 'CONNECT', target: 'foo.com:80', lines: ['Host: foo.com'] })).status).toBe(0);
  });

  it('is refused by the parser when it has blanks, controls, or begins with no slash', async () => {
    const requests = ofFoo(
      '/t/bar.com\t',
      '/t\t/bar.com/x',
      '/t/bar.com\f/x',
      '/who x',
      't/bar.com',
      'foo.com:80',
      '\\t\\bar.com',
    );
    expect(await verdicts(app, requests)).toEqual(all(requests, '400'));
  });

  it('names no tenant in its query or fragment', async () => {
    const requests = ofFoo('/who?/t/bar.com', '/who?x=/../t/bar.com', '/who#/t/bar.com', '//bar.com/who');
    expect(await verdicts(app, requests)).toEqual(all(requests, '= foo'));
  });
});

describe('the request target over HTTP/2', () => {
  let app: INestApplication;
  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [resolutionModule(await someTenants())] }).compile();
    app = module.createNestApplication(new FastifyAdapter({ http2: true }), { logger: false });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  /** The status; where Node itself resets the stream, the code of its error. */
  function statusOf(headers: OutgoingHttpHeaders): Promise<unknown> {
    const session = connect(`http://127.0.0.1:${portOf(app)}`);
    const stream = session.request(headers);
    return new Promise((resolve, reject) => {
      stream.once('response', (answer) => resolve(answer[':status']));
      stream.once('error', (error) =>
        error.message.includes('NGHTTP2_PROTOCOL_ERROR') ? resolve('NGHTTP2_PROTOCOL_ERROR') : reject(error),
      );
      stream.resume();
    }).finally(() => session.destroy());
  }

  it('has one authority, with which a Host header agrees', async () => {
    expect(await statusOf({ ':path': '/who', ':authority': 'foo.com' })).toBe(200);
    expect(await statusOf({ ':path': '/who', ':authority': 'foo.com', host: 'foo.com' })).toBe(200);
    // Since Node 24, Node refuses both before any application: RFC 9113 forbids a Host that differs from the authority,
    // and user information in the authority.
    for (const headers of [{ ':authority': 'foo.com', host: 'bar.com' }, { ':authority': 'foo.com@bar.com' }])
      expect([400, 'NGHTTP2_PROTOCOL_ERROR']).toContain(await statusOf({ ':path': '/who', ...headers }));
    expect(await statusOf({ ':path': '/t/bar.com', ':authority': 'foo.com' })).toBe(403);
    expect(await statusOf({ ':path': '/t/foo.com/../bar.com', ':authority': 'localhost' })).toBe(400);
  });
});
