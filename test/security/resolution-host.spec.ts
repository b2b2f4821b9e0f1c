import type { INestApplication } from '@nestjs/common';
import { fromHost } from '@tenantry/core';
import { ADAPTERS } from '../support/http.js';
import { utf8 } from './support/raw-http.js';
import { all, hosts, NO_TENANT, REFUSED, startResolutionApp, verdict, verdicts } from './support/resolution-app.js';

describe.each(ADAPTERS)('the Host header on %s', (adapter) => {
  let app: INestApplication;
  beforeAll(async () => void (app = await startResolutionApp(adapter)));
  afterAll(() => app.close());

  it('names a tenant in one canonical form, whatever its case, port, final dot and blanks', async () => {
    const requests = hosts(
      'foo.com',
      'FOO.com',
      'www.foo.com',
      'foo.com:8080',
      'foo.com.',
      'foo.com.:80',
      '\tfoo.com\t',
    );
    expect(await verdicts(app, requests)).toEqual(all(requests, '= foo'));
  });

  it('is refused when there are two of them, also two of the same', async () => {
    const requests = {
      'two tenants': { lines: ['Host: foo.com', 'Host: bar.com'] },
      'two cases': { lines: ['HOST: foo.com', 'host: bar.com'] },
      'the same twice': { lines: ['Host: foo.com', 'Host: foo.com'] },
      'one of them empty': { lines: ['Host:', 'Host: foo.com'] },
    };
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
  });

  it('is refused when it is malformed', async () => {
    const requests = hosts(
      ...['a:80@evil', 'foo.com:80@bar.com', 'u@foo.com', 'a, b', 'foo.com, bar.com', 'a b', 'foo\t.com', ''],
      ...['../../etc', 'foo.com/..', 'foo.com\\@x', 'foo.com?x', 'foo.com#x', '%66oo.com', 'foo.com%00', "'"],
      ...['foo.com..', '.foo.com', 'foo..com', 'foo.com:', 'foo.com:x', 'foo.com:80:80', 'foo.com:123456'],
    );
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
  });

  it('is refused when it is not ASCII, before anything is lower-cased', async () => {
    const requests = hosts(
      ...['fóo.com', '\u212Aiosk.com', 'fo\u200Bo.com', '\uFF46oo.com', 'foo\u3002com', 'foo\u00ADo.com'].map(utf8),
      'f\xF3o.com',
    );
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
  });

  it('is refused by the parser when it has control characters, is folded, or is missing', async () => {
    const requests = {
      ...hosts('foo.com\0', 'foo.com\x01', 'foo.com\r\n bar.com', 'foo.com\r\n\tbar.com'),
      'blank before the colon': { lines: ['Host : foo.com'] },
      'blank before the name': { lines: [' Host: foo.com'] },
      'none in HTTP/1.1': { lines: [] },
    };
    expect(await verdicts(app, requests)).toEqual(all(requests, '400'));
  });

  it('names no tenant when it is an IP address, a single label, or not sent by an HTTP/1.0 client', async () => {
    const requests = {
      ...hosts(
        '127.0.0.1',
        '127.0.0.1:3000',
        '127.0.0.1.',
        '[::1]',
        '[::1]:80',
        '[::ffff:127.0.0.1]',
        'localhost',
        'super',
      ),
      'HTTP/1.0': { version: 'HTTP/1.0', lines: [] },
    };
    expect(await verdicts(app, requests)).toEqual(all(requests, NO_TENANT));
  });

  it('is refused when it spells an address in a way that other parsers read differently', async () => {
    const requests = hosts(
      ...['1.1', '127.1', '0x7f.1', '0X7F.0.0.1', '0177.0.0.1.', '2130706433', '0x7f000001', '256.0.0.1', '1.2.3.4.5'],
      ...['foo.1', 'foo.0x1', '[dead.beef]', '[::1', '::1', '[fe80::1%25eth0]', '[::1]x'],
    );
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
  });

  it('is refused when it is very long', async () => {
    const requests = hosts('a'.repeat(254), `${'a.'.repeat(130)}com`, `${'a'.repeat(15_000)}.com`);
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
    expect(await verdict(app, { lines: [`Host: ${'a'.repeat(20_000)}`] })).toBe('431');
  });

  it('is not what Forwarded, X-Forwarded-Host and the like say, unless a listed proxy says so', async () => {
    const lines = ['Host: foo.com', 'X-Forwarded-Host: bar.com', 'Forwarded: host=bar.com', 'X-Original-Host: bar.com'];
    expect(await verdict(app, { lines })).toBe('= foo');
    expect(await verdict(app, { lines: [...lines, 'X-Original-URL: /t/bar.com', 'X-Rewrite-URL: /t/bar.com'] })).toBe(
      '= foo',
    );
  });
});

describe.each(ADAPTERS)('X-Forwarded-Host on %s', (adapter) => {
  let app: INestApplication;
  beforeAll(async () => {
    app = await startResolutionApp(adapter, [fromHost({ trustedProxies: ['127.0.0.1'] })]);
  });
  afterAll(() => app.close());

  it('is honoured from a listed proxy only', async () => {
    const lines = ['Host: foo.com', 'X-Forwarded-Host: BAR.com:443'];
    expect(await verdict(app, { lines })).toBe('= bar');
    expect(await verdict(app, { lines, from: '127.0.0.2' })).toBe('= foo');
    expect(await verdict(app, { lines: ['Host: foo.com'] })).toBe('= foo');
  });

  it('is refused from a listed proxy when it is a list, sent twice, malformed, or has a lookalike', async () => {
    const from = (...lines: string[]): { lines: string[] } => ({ lines: ['Host: foo.com', ...lines] });
    const requests = {
      list: from('X-Forwarded-Host: bar.com, foo.com'),
      twice: from('X-Forwarded-Host: bar.com', 'X-Forwarded-Host: bar.com'),
      empty: from('X-Forwarded-Host:'),
      malformed: from('X-Forwarded-Host: bar.com@evil'),
      lookalike: from('X_Forwarded_Host: bar.com'),
      'beside two hosts': from('Host: bar.com', 'X-Forwarded-Host: bar.com'),
    };
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
  });
});
