import { BaseLeases } from './base-leases.js';
import { ACQUIRE_AS_BASE } from './base-registry.js';
import type { BaseLease, BaseRegistry } from './base-registry.js';

describe('BaseLeases', () => {
  it('gives a base back at once that comes when the creation has been given up', async () => {
    let deliver: (lease: BaseLease) => void = () => undefined;
    const base = {
      name: 'db',
      [ACQUIRE_AS_BASE]: () => new Promise<BaseLease>((resolve) => (deliver = resolve)),
    } as unknown as BaseRegistry;
    const leases = new BaseLeases<object>({
      relief: { relieve: () => 0 },
      isCurrent: () => false,
      retire: () => undefined,
      force: () => undefined,
    });
    const acquiring = leases.acquire([base], 'foo', new AbortController().signal);
    leases.release();
    let released = 0;
    deliver({ client: {}, release: () => void (released += 1) });
    await acquiring;
    expect(released).toBe(1);
  });
});
