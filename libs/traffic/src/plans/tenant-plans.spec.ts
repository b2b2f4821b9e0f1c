import { Logger } from '@nestjs/common';
import { TenantPlans } from './tenant-plans.js';
import type { TrafficPlans } from './traffic-plan.js';

const rate = { requests: 50, perMs: 1_000 };

const BAD: readonly (readonly [option: string, value: unknown, plans: unknown])[] = [
  ['plans', null, null],
  ['plans.free', null, { free: null }],
  ['plans.free.weight', 0, { free: { weight: 0 } }],
  ['plans.free.weight', -1, { free: { weight: -1 } }],
  ['plans.free.weight', Number.NaN, { free: { weight: Number.NaN } }],
  ['plans.free.weight', Infinity, { free: { weight: Infinity } }],
  ['plans.free.weight', '2', { free: { weight: '2' } }],
  ['plans.free.rate.requests', 0, { free: { rate: { ...rate, requests: 0 } } }],
  ['plans.free.rate.requests', -5, { free: { rate: { ...rate, requests: -5 } } }],
  ['plans.free.rate.requests', Number.NaN, { free: { rate: { ...rate, requests: Number.NaN } } }],
  ['plans.free.rate.perMs', 0, { free: { rate: { ...rate, perMs: 0 } } }],
  ['plans.free.rate.perMs', 2 ** 31, { free: { rate: { ...rate, perMs: 2 ** 31 } } }],
  ['plans.free.rate.burst', 0, { free: { rate: { ...rate, burst: 0 } } }],
  ['plans.free.rate.kind', 'daily', { free: { rate: { ...rate, kind: 'daily' } } }],
  ['plans.free.rate.name', 'a b', { free: { rate: { ...rate, name: 'a b' } } }],
  ['plans.free.rate[1].requests', 0, { free: { rate: [rate, { ...rate, requests: 0 }] } }],
  ['plans.free.userRate.requests', 0, { free: { userRate: { ...rate, requests: 0 } } }],
  ['plans.free.maxQueued', 0, { free: { maxQueued: 0 } }],
];

describe('plans', () => {
  it.each(BAD)('are refused at the start where %s is %p', (option, _value, plans) => {
    expect(() => new TenantPlans(plans as TrafficPlans)).toThrow(
      expect.objectContaining({ code: 'MT_OPTIONS_INVALID', option }) as Error,
    );
  });

  it('are found by the plan of the tenant as it is now', () => {
    const plans = new TenantPlans({ free: { rate }, gold: { weight: 4 } });
    expect(plans.of({ plan: 'gold' })).toMatchObject({ name: 'gold', weight: 4, rate: [] });
    expect(plans.of({ plan: 'free' }).rate).toEqual([
      { requests: 50, perMs: 1_000, burst: 50, kind: 'rate', name: 'rate-50-1000' },
    ]);
  });

  it('that are unknown count as the default plan, with one warning', () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const plans = new TenantPlans({ basic: { weight: 2 } }, 'basic');
    expect(plans.of({ plan: 'premium' }).weight).toBe(2);
    expect(plans.of({ plan: 'premium' }).weight).toBe(2);
    expect(plans.of({ plan: '__proto__' }).weight).toBe(2);
    expect(warn.mock.calls.map(([text]) => String(text).slice(0, 16))).toEqual([
      'Plan "premium" o',
      'Plan "__proto__"',
    ]);
    warn.mockRestore();
  });

  it('default to standard, with the weight 1 and no limits where it is not described', () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    expect(new TenantPlans().of({ plan: 'standard' })).toMatchObject({ weight: 1, rate: [], userRate: [] });
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});
