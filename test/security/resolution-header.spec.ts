import type { INestApplication } from '@nestjs/common';
import { ADAPTERS } from '../support/http.js';
import { utf8 } from './support/raw-http.js';
import type { RawRequest } from './support/raw-http.js';
import { all, NO_TENANT, REFUSED, startResolutionApp, verdict, verdicts } from './support/resolution-app.js';

const withLines = (...lines: readonly string[]): RawRequest => ({ lines: ['Host: localhost', ...lines] });

describe.each(ADAPTERS)('the tenant header on %s', (adapter) => {
  let app: INestApplication;
  beforeAll(async () => void (app = await startResolutionApp(adapter)));
  afterAll(() => app.close());

  it('is ignored from an untrusted peer and honoured from a listed proxy only', async () => {
    const request = withLines('X-Tenant-Id: foo');
    expect(await verdict(app, request)).toBe('= foo');
    expect(await verdict(app, { ...request, from: '127.0.0.2' })).toBe(NO_TENANT);
    const forwarded = withLines(
      'X-Tenant-Id: foo',
      'X-Forwarded-For: 127.0.0.1',
      'X-Real-IP: 127.0.0.1',
      'Forwarded: for=127.0.0.1',
    );
    expect(await verdict(app, { ...forwarded, from: '127.0.0.2' })).toBe(NO_TENANT);
  });

  it('is refused when it is sent twice, as a list, or under a lookalike name', async () => {
    const requests = {
      twice: withLines('X-Tenant-Id: foo', 'x-tenant-id: bar'),
      'the same twice': withLines('X-Tenant-Id: foo', 'X-Tenant-Id: foo'),
      list: withLines('X-Tenant-Id: foo, bar'),
      'list without a blank': withLines('X-Tenant-Id: foo,bar'),
      lookalike: withLines('X_Tenant_Id: foo'),
      'lookalike beside it': withLines('X-Tenant-Id: foo', 'X_TENANT_ID: bar'),
    };
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
  });

  it('is refused when it is empty, malformed or not ASCII', async () => {
    const values = ['', '-', 'foo bar', 'foo\tbar', '../foo', 'foo/', '%66oo', 'foo.com:80', '1.1', '__proto__'];
    const foreign = ['\u212Aiosk', 'foo\u200B', '\uFF46oo'].map(utf8);
    const requests = Object.fromEntries(
      [...values, ...foreign].map((value) => [value, withLines(`X-Tenant-Id: ${value}`)]),
    );
    expect(await verdicts(app, requests)).toEqual(all(requests, REFUSED));
  });

  it('is refused by the parser when it is folded', async () => {
    expect(await verdict(app, withLines('X-Tenant-Id: foo\r\n bar'))).toBe('400');
  });

  it('named or filled with a property name of every object harms nothing', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    expect(await verdict(app, { lines: ['Host: foo.com', ...names.map((name) => `${name}: bar`)] })).toBe('= foo');
    const requests = Object.fromEntries(names.slice(1).map((name) => [name, withLines(`X-Tenant-Id: ${name}`)]));
    expect(await verdicts(app, requests)).toEqual(all(requests, '404 MT_TENANT_UNKNOWN'));
    expect(await verdict(app, withLines('X-Tenant-Id: foo'))).toBe('= foo');
  });
});
