import { readFileSync } from 'node:fs';
import { IDENTITY_ERROR_CODES } from '@tenantry/identity';
import { LIFECYCLE_ERROR_CODES } from '@tenantry/lifecycle';
import { POSTGRES_ERROR_CODES } from '@tenantry/postgres';
import { SECRETS_ERROR_CODES } from '@tenantry/secrets';
import { SERVICES_ERROR_CODES } from '@tenantry/services';
import { TRAFFIC_ERROR_CODES } from '@tenantry/traffic';
import {
  CatalogUnavailableError,
  ERROR_CODES,
  MultitenancyError,
  TenantProvisioningError,
  TenantTokenInvalidError,
  toProblem,
} from '@tenantry/core';
import type { ErrorCodeInfo } from '@tenantry/core';

const TABLE = readFileSync('docs/errors.md', 'utf8');
const TABLES: readonly Record<string, ErrorCodeInfo>[] = [
  ERROR_CODES,
  IDENTITY_ERROR_CODES,
  LIFECYCLE_ERROR_CODES,
  POSTGRES_ERROR_CODES,
  SECRETS_ERROR_CODES,
  SERVICES_ERROR_CODES,
  TRAFFIC_ERROR_CODES,
];

describe('the table of errors', () => {
  it('lists every code with its HTTP status, and no other', () => {
    const documented = [...TABLE.matchAll(/^\| `(MT_\w+)` +\| (\d{3}) +\|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    const coded = TABLES.flatMap((table) => Object.entries(table)).map(([code, { status }]) => [code, status]);
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
    'answers the unknown code %s as a programming error',
    (code) => {
      const { status, body } = toProblem(new MultitenancyError(code, 'secret'));
      expect({ status, body }).toMatchObject({ status: 500, body: { title: 'Unknown error code' } });
      expect(JSON.stringify(body)).not.toContain('secret');
    },
  );
});

describe('an error of another package', () => {
  class PlanExhaustedError extends MultitenancyError {
    constructor() {
      const info = { status: 429, title: 'Plan exhausted', retryAfterSeconds: 30 };
      super('ACME_PLAN_EXHAUSTED', 'The plan is exhausted. Try again later.', { tenantId: 'foo', info });
    }
  }

  it('is answered with the status, title and Retry-After that the package defines', () => {
    expect(toProblem(new PlanExhaustedError())).toMatchObject({
      status: 429,
      headers: { 'retry-after': '30' },
      body: { title: 'Plan exhausted', code: 'ACME_PLAN_EXHAUSTED' },
    });
  });
});
