import type { INestApplication } from '@nestjs/common';
import { ADAPTERS } from '../support/http.js';
import { all, NO_TENANT, REFUSED, startResolutionApp, targets, verdict, verdicts } from './support/resolution-app.js';

describe.each(ADAPTERS)('the tenant in the path on %s', (adapter) => {
  let app: INestApplication;
  beforeAll(async () => void (app = await startResolutionApp(adapter)));
  afterAll(() => app.close());

  it('is one tenant whatever the case of its name', async () => {
    const requests = targets(
      '/t/foo.com/who',
      '/t/FOO.com/who',
      '/t/foo.com',
      '/t/foo.com/',
      '/t/Foo',
      '/t/foo.com?x=../',
    );
    expect(await verdicts(app, requests)).toEqual(all(requests, '= foo'));
  });

  it('is refused with a prefix in another case or encoding, a final dot, a port, or an encoded letter', async () => {
    const requests = targets(
      ...['/T/foo.com', '/%74/foo.com', '/%54/foo.com', '/%2574/foo.com', '/t/foo.com.', '/t/foo.com:80/x'],
      ...['/t/%66oo.com/x', '/t/foo%2ecom/x', '/t/1.1', '/t/0x7f.1', '/t/-', '/t/'],
    );
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
  });

  it('is refused beside encoded slashes, backslashes, zero bytes, dot segments and path parameters', async () => {
    const requests = targets(
      ...['/t/foo/..%2fbar/x', '/t/foo.com/%2f/x', '/t/foo.com%2fbar.com', '/t/foo.com%5cx', '/t/foo.com/a%5cb'],
      ...[
        '/t/foo.com%00',
        '/t/foo.com/a%00b',
        '/t/foo.com\\..\\bar.com',
        '/t/foo.com;v=1/x',
        '/t;v=1/foo.com',
        '/t/foo.com/..;/x',
      ],
      ...[
        '/t/foo.com/..',
        '/t/foo.com/../bar.com/x',
        '/t/foo.com/./x',
        '/t/foo.com/%2e%2e/bar.com',
        '/t/foo.com/.%2e/bar.com',
      ],
    );
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
  });

  it('cannot be reached or left by a path with dot segments, wherever they lead', async () => {
    const requests = targets(
      ...[
        '/docs/../me',
        '/docs/..%2fme',
        '/t/foo.com/x/../../bar.com',
        '/t/foo.com/x/..%2f..%2fbar.com',
        '/t/foo.com/x/..;/..;/bar.com',
      ],
      ...[
        '/t/foo.com/x/..%5c..%5cbar.com',
        '/t/foo.com/x/%252e%252e/y',
        '/x/../t/foo.com',
        '/x/%2e%2e/t/foo.com',
        '/./t/foo.com',
      ],
    );
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
  });

  it('is refused with duplicate slashes around it', async () => {
    const requests = targets(
      '//t/foo.com',
      '/t//foo.com',
      '/t/foo.com//x',
      '///t///foo.com',
      '/%2ft/foo.com',
      '/\\t/foo.com',
    );
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
  });

  it('is refused when it is not ASCII, before anything is lower-cased', async () => {
    const requests = targets(
      '/t/%E2%84%AAiosk',
      '/t/foo.com%E2%80%8B',
      '/t/%EF%BD%86oo.com',
      '/t/foo%E3%80%82com',
      '/t/f%C3%B3o.com',
    );
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
  });

  it('is unknown when it is a property name of every object', async () => {
    const requests = targets('/t/constructor', '/t/toString/x', '/t/hasOwnProperty', '/t/valueOf', '/t/then');
    expect(await verdicts(app, requests)).toEqual(all(requests, '404 MT_TENANT_UNKNOWN'));
    expect(await verdict(app, { target: '/t/__proto__/x' })).toBe(REFUSED);
  });

  it('is refused when it is longer than any name', async () => {
    expect(await verdict(app, { target: `/t/${'a'.repeat(253)}/x` })).toBe('404 MT_TENANT_UNKNOWN');
    expect(await verdict(app, { target: `/t/${'a'.repeat(254)}/x` })).toBe(REFUSED);
    expect(await verdict(app, { target: `/t/${'a'.repeat(10_000)}/x` })).toBe(REFUSED);
  });

  it('cannot be had from a path that only looks like one', async () => {
    const requests = targets(
      '/tenants/foo.com',
      '/t',
      '/x/t/foo.com',
      '/t.foo.com',
      `/x/${'a'.repeat(5_000)}`,
      '/t%20/foo.com',
    );
    expect(await verdicts(app, requests)).toEqual(all(requests, NO_TENANT));
  });

  it('is not decoded from a path that cannot be, which the router refuses', async () => {
    for (const target of [
      '/%zz',
      '/t/%zz/x',
      '/t/foo.com/%zz',
      '/t/foo.com/x/%zz',
      '/%74/foo.com/%zz',
      '/t/foo.com/%c0%ae%c0%ae/x',
    ]) {
      expect(await verdict(app, { target })).toMatch(/^400/);
    }
  });
});
