import type { INestApplication } from '@nestjs/common';
import { expectTenantIsolation } from '@tenantry/testing';
import type { IsolationReport } from '@tenantry/testing';

export function expectIsolation(app: INestApplication, alice: string, bob: string): Promise<IsolationReport> {
  return expectTenantIsolation(app, {
    tenants: [
      {
        name: 'foo',
        headers: { authorization: `Bearer ${alice}` },
        params: { domain: 'foo.com' },
        identifiers: ['foo', 'foo.com'],
      },
      {
        name: 'bar',
        headers: { authorization: `Bearer ${bob}` },
        params: { domain: 'bar.com' },
        identifiers: ['bar', 'bar.com'],
      },
    ],
    bodies: { 'POST /t/:domain/projects': ({ canary }) => ({ name: canary }) }, // or openApi, below
    skip: { 'POST /t/:domain/auth/logout': 'ends the session' },
  });
}
