import { DEFAULT_REGISTRY_LIMITS } from './registry-options.js';

describe('limits that are not set', () => {
  it('has the defaults of the documentation', () => {
    expect(DEFAULT_REGISTRY_LIMITS).toMatchObject({
      idleTimeoutMs: 1_800_000,
      maxClients: 1_000,
      createTimeoutMs: 10_000,
      acquireTimeoutMs: 5_000,
      maxWaiting: 1_000,
      disposeTimeoutMs: 10_000,
      drainTimeoutMs: 30_000,
    });
  });
});
