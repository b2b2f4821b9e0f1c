import type { Clock } from '@tenantry/core';
import { LRUCache } from 'lru-cache';
import type { IdentityStore } from '../port/identity-store.js';
import type { TenantIdle } from '../port/session.js';
import type { ResolvedSessionOptions } from './session-options.js';

const LONGEST_TOUCH_MS = 60_000;
const MAX_TENANTS = 100_000;

interface Touch {
  readonly at: number;
  readonly epoch: Promise<number>;
}

/**
 * Records use of tenants by persons, and ends the sessions of a tenant that was not used for some time, by the clock of the database: a
 * tenant that is busy on one node is in use on all. This node records at most one use in a tenth of that time, or in a minute, so that
 * the sessions may end by as much too early.
 */
export class Inactivity {
  readonly #store: IdentityStore;
  readonly #options: Pick<ResolvedSessionOptions, 'idle' | 'tenantMay'>;
  readonly #clock: Clock;
  readonly #touches = new LRUCache<string, Touch>({ max: MAX_TENANTS });

  constructor(store: IdentityStore, options: Pick<ResolvedSessionOptions, 'idle' | 'tenantMay'>, clock: Clock) {
    this.#store = store;
    this.#options = options;
    this.#clock = clock;
  }

  /**
   * Records a use.
   *
   * @param own the tenant's rule, which only makes the operator's stricter
   * @returns the tenant's epoch when a use was last recorded here, which may be older than now; `null` = the rule is `reload`
   * @throws the store's error when the use cannot be recorded
   */
  async used(tenantId: string, own: TenantIdle | null): Promise<number | null> {
    const { policy, afterMs } = this.ruleWith(own);
    if (policy === 'reload') return null;
    const [last, now] = [this.#touches.get(tenantId), this.#clock.now()];
    if (last !== undefined && now - last.at < Math.min(LONGEST_TOUCH_MS, afterMs / 10)) return last.epoch;
    const touch: Touch = { at: now, epoch: this.#store.forTenant(tenantId).touch(afterMs) };
    this.#touches.set(tenantId, touch);
    try {
      return await touch.epoch;
    } catch (error) {
      if (this.#touches.get(tenantId) === touch) this.#touches.delete(tenantId);
      throw error;
    }
  }

  /** The rule that holds for a tenant. */
  ruleWith(own: TenantIdle | null): TenantIdle {
    const { idle, tenantMay } = this.#options;
    if (own === null || tenantMay === 'nothing' || own.policy === 'reload') return idle;
    return idle.policy === 'reload' ? own : { policy: 'require-login', afterMs: Math.min(idle.afterMs, own.afterMs) };
  }
}
