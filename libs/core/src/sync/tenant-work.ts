import { outsideScopes } from '../kernel/outside-scopes.js';
import { TenantMap } from '../registry/tenant-map.js';

/**
 * Does something for tenants in the background, a few at once and outside of every scope. What waits for the same tenant is done
 * once, for the last value.
 */
export class TenantWork<T> {
  readonly #concurrency: number;
  readonly #work: (tenantId: string, value: T) => Promise<void>;
  readonly #waiting = new TenantMap<T>();
  readonly #workers = new Set<Promise<void>>();
  #running = 0;
  #stopped = false;

  /**
   * @param concurrency tenants at once, 1 and up
   * @param work never rejects
   */
  constructor(concurrency: number, work: (tenantId: string, value: T) => Promise<void>) {
    this.#concurrency = concurrency;
    this.#work = work;
  }

  /** Tenants that wait or are worked for. */
  get pending(): number {
    return this.#waiting.size + this.#running;
  }

  /** Puts a tenant in the queue. Does nothing once stopped. */
  add(tenantId: string, value: T): void {
    if (this.#stopped) return;
    this.#waiting.set(tenantId, value);
    if (this.#running >= this.#concurrency) return;
    this.#running += 1;
    const worker = outsideScopes(() => this.#run()).finally(() => this.#workers.delete(worker));
    this.#workers.add(worker);
  }

  /** Settles when nothing waits and nothing runs. */
  async settled(): Promise<void> {
    while (this.#workers.size > 0) await Promise.all(this.#workers);
  }

  /** Drops queued work. Running work continues. */
  stop(): void {
    this.#stopped = true;
    for (const tenantId of [...this.#waiting.keys()]) this.#waiting.delete(tenantId);
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    for (const [tenantId, value] of this.#waiting.entries()) {
      this.#waiting.delete(tenantId);
      await this.#work(tenantId, value);
    }
    // In the turn that found nothing more: a later addition starts another worker.
    this.#running -= 1;
  }
}
