import type { ClientRoster } from '../client-roster.js';
import { checkAll } from './health-checks.js';
import type { EvictedClient } from '../registry-types.js';
import type { ResolvedRegistryOptions } from '../resolve-registry-options.js';

/** Sweeps idle clients out and checks the others, one run after the other. */
export class CleanUp<TClient, TOptions> {
  readonly #options: ResolvedRegistryOptions<TClient, TOptions>;
  readonly #roster: ClientRoster<TClient>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ResolvedRegistryOptions<TClient, TOptions>, roster: ClientRoster<TClient>) {
    this.#options = options;
    this.#roster = roster;
  }

  /**
   * Runs when those before have ended.
   *
   * @param idleMs 0 = everything that is neither in use nor pinned
   */
  run(idleMs: number): Promise<readonly EvictedClient[]> {
    const run = this.#last.then(async () => [...(await this.#roster.sweep(idleMs)), ...(await this.#check())]);
    this.#last = run;
    return run;
  }

  /** Settles when every run has ended. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async #check(): Promise<EvictedClient[]> {
    const { check, clock, createTimeoutMs: timeoutMs } = this.#options;
    const evicted: EvictedClient[] = [];
    if (check === undefined) return evicted;
    await checkAll(this.#roster.all(), {
      clock,
      timeoutMs,
      matters: (entry) => entry.isReady,
      check: ({ client, tenantId }) => check(client, tenantId),
      onUnhealthy: (entry) => {
        const idleMs = entry.leases > 0 ? 0 : clock.now() - entry.lastUsed;
        evicted.push({ tenantId: entry.tenantId, cause: 'unhealthy', idleMs });
        void this.#roster.detach(entry, 'unhealthy');
      },
    });
    return evicted;
  }
}
