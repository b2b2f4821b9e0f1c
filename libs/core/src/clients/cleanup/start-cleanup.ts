import { outsideScopes } from '../../kernel/outside-scopes.js';
import { numberOption } from '../../kernel/option-checks.js';
import { systemClock } from '../../kernel/clock.js';
import type { Clock, Timer } from '../../kernel/clock.js';
import type { EvictedClient } from '../../registry/registry-types.js';

/** What is cleaned up. Every `TenantClientRegistry` is one. */
export interface CleanableRegistry {
  readonly name: string;
  readonly closed: boolean;
  cleanUp(idleMs?: number): Promise<readonly EvictedClient[]>;
}

/** Options of {@link startCleanup}. */
export interface StartCleanupOptions {
  /** Milliseconds from the end of one round to the next, above 0. Default 3,600,000 (an hour). */
  readonly everyMs?: number;
  /** Clients that are idle for longer are closed; milliseconds, 0 and up. Default 86,400,000 (24 hours). */
  readonly idleMs?: number;
  /** Stops it. */
  readonly signal?: AbortSignal;
  /** Called with what a clean-up throws; the next round comes all the same. Default: ignored. */
  readonly onError?: (error: unknown, registry: string) => void;
  /** Default: the system's monotonic clock. */
  readonly clock?: Clock;
}

/**
 * Closes idle clients of one or more registries regularly, without Nest. Rounds never overlap, do not keep the process alive,
 * and run outside of every scope. Registries that are closed are passed over.
 *
 * @returns stops it; settles when the round under way has ended. Idempotent
 * @throws `MT_OPTIONS_INVALID`
 */
export function startCleanup(
  registries: CleanableRegistry | readonly CleanableRegistry[],
  options: StartCleanupOptions = {},
): () => Promise<void> {
  const list = Array.isArray(registries)
    ? (registries as readonly CleanableRegistry[])
    : [registries as CleanableRegistry];
  const routine = new CleanupRoutine(list, options);
  const stop = (): Promise<void> => routine.stop();
  options.signal?.addEventListener('abort', () => void stop(), { once: true });
  if (options.signal?.aborted) void stop();
  return stop;
}

class CleanupRoutine {
  readonly #registries: readonly CleanableRegistry[];
  readonly #options: StartCleanupOptions;
  readonly #everyMs: number;
  readonly #idleMs: number;
  #timer: Timer | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(registries: readonly CleanableRegistry[], options: StartCleanupOptions) {
    const { everyMs = 3_600_000, idleMs = 86_400_000 } = options;
    this.#registries = registries;
    this.#options = options;
    this.#everyMs = numberOption('startCleanup.everyMs', everyMs, { min: 0, exclusive: true, unit: 'milliseconds' });
    this.#idleMs = numberOption('startCleanup.idleMs', idleMs, { min: 0, infinite: true, unit: 'milliseconds' });
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.clear();
    await this.#round;
  }

  #schedule(): void {
    if (this.#stopped) return;
    const { clock = systemClock } = this.#options;
    this.#timer = clock.setTimer(() => {
      this.#round = outsideScopes(() => this.#cleanAll()).then(() => this.#schedule());
    }, this.#everyMs);
  }

  async #cleanAll(): Promise<void> {
    for (const registry of this.#registries) {
      if (this.#stopped || registry.closed) continue;
      try {
        await registry.cleanUp(this.#idleMs);
      } catch (error) {
        this.#report(error, registry.name);
      }
    }
  }

  #report(error: unknown, registry: string): void {
    try {
      this.#options.onError?.(error, registry);
    } catch {
      // Errors of the listener are ignored.
    }
  }
}
