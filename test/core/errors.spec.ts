import { readFileSync } from 'node:fs';
import {
  CatalogUnavailableError,
  ERROR_CODES,
  MultitenancyError,
  TenantProvisioningError,
  TenantTokenInvalidError,
  toProblem,
} from '@tenantry/core';

const TABLE = readFileSync('docs/errors.md', 'utf8');

describe('the table of errors', () => {
  it('lists every code with its HTTP status, and no other', () => {
    const documented = [...TABLE.matchAll(/^\| `(MT_\w+)` +\| (\d{3}) +\|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    const coded = Object.entries(ERROR_CODES).map(([code, { status }]) => [code, status]);
    expect(documented.sort()).toEqual(coded.sort());
  });
});

describe('a problem', () => {
  it('carries code, status and Retry-After, and nothing of the cause', () => {
    const problem = toProblem(new CatalogUnavailableError(new Error('connect ECONNREFUSED postgres://app:secret@db')));
    expect(problem.status).toBe(503);
    expect(problem.headers).toEqual({ 'content-type': 'application/problem+json', 'retry-after': '1' });
    expect(JSON.stringify(problem)).not.toContain('secret');
    expect(toProblem(new TenantTokenInvalidError('it is old')).headers['www-authenticate']).toBe(
      'Bearer error="invalid_token"',
    );
    expect(toProblem(new TenantProvisioningError('foo')).headers['retry-after']).toBe('5');
  });

  it.each(['MINE', 'toString', 'constructor', '__proto__'])(
    'answers the foreign code %s as an error of the programmer',
    (code) => {
      const { status, body } = toProblem(new MultitenancyError(code as never, 'secret'));
      expect({ status, body }).toMatchObject({ status: 500, body: { title: 'Unknown error code' } });
      expect(JSON.stringify(body)).not.toContain('secret');
    },
  );
});
