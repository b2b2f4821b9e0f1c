import { MemoryRateStore } from './memory-rate-store.js';
import { RateLimiter } from './rate-limiter.js';
import { resolveRatePolicies } from './rate-policy.js';
import type { RateStore } from './rate-store.js';

const policies = resolveRatePolicies('rate', [
  { requests: 3, perMs: 86_400_000, kind: 'quota', name: 'day' },
  { requests: 2, perMs: 60_000, name: 'minute' },
]);
const subject = { key: 'tenant a', tenantId: 'a', cost: 1 };

/** The same store, which answers later. */
const later = (store: RateStore): RateStore => ({
  take: async (...args) => store.take(...args),
  giveBack: async (...args) => store.giveBack(...args),
});

describe.each([
  ['answers at once', (store: RateStore) => store],
  ['answers later', later],
])('a limiter with a store that %s', (_what, wrap) => {
  it('takes from every limit or from none: what another limit refuses is not counted', async () => {
    let now = 86_400_000 * 20_000;
    const limiter = new RateLimiter(wrap(new MemoryRateStore({ now: () => now })));
    const attempt = async (): Promise<string> => {
      try {
        const decisions = await limiter.take(subject, policies);
        return decisions.map(({ remaining }) => remaining).join(' ');
      } catch (error) {
        return (error as { policy: string }).policy;
      }
    };
    expect([await attempt(), await attempt(), await attempt(), await attempt()]).toEqual([
      '2 1',
      '1 0',
      'minute',
      'minute',
    ]);
    now += 60_000;
    expect([await attempt(), await attempt()]).toEqual(['0 1', 'day']);
    expect(limiter.stats()).toEqual({ allowed: 3, refused: 3 });
  });
});
