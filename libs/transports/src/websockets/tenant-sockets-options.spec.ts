import { systemClock } from '@tenantry/core';
import { resolveTenantSocketsOptions } from './tenant-sockets-options.js';

describe('The options of useTenantSockets', () => {
  it('have defaults', () => {
    expect(resolveTenantSocketsOptions({})).toEqual({ requireTenant: true, recheckMs: 10_000, clock: systemClock });
  });

  it.each([100, 600_000])('take %d ms between re-checks', (recheckMs) => {
    expect(resolveTenantSocketsOptions({ recheckMs }).recheckMs).toBe(recheckMs);
  });

  it.each([99, 600_001, Number.NaN, Infinity, -1, '1000'])('refuse %p ms between re-checks', (recheckMs) => {
    expect(() => resolveTenantSocketsOptions({ recheckMs: recheckMs as number })).toThrow(
      'Option useTenantSockets.recheckMs',
    );
  });

  it('refuse a requireTenant that is no boolean', () => {
    expect(() => resolveTenantSocketsOptions({ requireTenant: 'no' as unknown as boolean })).toThrow(
      'Option useTenantSockets.requireTenant',
    );
  });
});
