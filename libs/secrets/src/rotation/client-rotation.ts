import { setMaxListeners } from 'node:events';
import { MultitenancyError, tenantId as checkedTenantId } from '@tenantry/core';
import type { Timer } from '@tenantry/core/spi';
import { forEachConcurrently, outsideScopes } from '@tenantry/core/spi';
import { LiveClients } from './live-clients.js';
import { Rejections } from './rejections.js';
import { resolveRotationOptions } from './rotation-options.js';
import type { ClientRotationOptions, ResolvedRotationOptions } from './rotation-options.js';
import { RotationReport } from './rotation-report.js';

/** Codes of errors that concern every tenant. */
const FOR_ALL: ReadonlySet<string> = new Set(['MT_SECRETS_UNAVAILABLE', 'MT_SECRETS_LOGIN_REFUSED']);

/**
 * Renews live clients whose credentials have changed: a new client first, then it takes the place of the old one, which
 * drains. While the secrets cannot be read, clients keep working.
 *
 * `rotateClients` runs one in a Nest application. Without Nest, call {@link start} before the first client is created.
 */
export class ClientRotation {
  readonly #options: ResolvedRotationOptions;
  readonly #rejections: Rejections;
  readonly #renewals = new Map<string, Promise<boolean>>();
  readonly #report = new RotationReport();
  readonly #stopping = new AbortController();
  #clients: LiveClients | undefined;
  #timer: Timer | undefined;
  #comparing: Promise<void> | undefined;

  /** @throws `MT_OPTIONS_INVALID` */
  constructor(options: ClientRotationOptions) {
    this.#options = resolveRotationOptions(options);
    // Each comparison under way listens; many at once are no leak.
    setMaxListeners(0, this.#stopping.signal);
    this.#rejections = new Rejections(this.#options.clock, this.#options.random);
  }

  /** Follows the clients from now on, and compares every `everyMs`. Idempotent. */
  start(): void {
    if (this.#clients !== undefined || this.#stopping.signal.aborted) return;
    const { registry, secrets } = this.#options;
    this.#clients = new LiveClients(registry(), secrets, (signal) => signal === this.#stopping.signal);
    this.#compareLater();
  }

  /** Ends it, and waits for the comparison under way. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#timer?.clear();
    this.#clients?.stop();
    await this.#comparing;
  }

  /** Compares all live tenants now, and renews the clients of those whose credentials have changed. Never overlaps, never rejects. */
  compare(): Promise<void> {
    this.#comparing ??= outsideScopes(() => this.#compareAll()).finally(() => {
      this.#comparing = undefined;
      if (this.#isRunning()) this.#compareLater();
    });
    return this.#comparing;
  }

  /**
   * To be called when a client's credentials were rejected, as by a 401: reads them and renews the client now, not only at the
   * next comparison. Callers at the same time share one renewal; the next one of a tenant is after a pause of 1 s, which
   * doubles up to 15 s.
   *
   * @returns whether the client was renewed; rejects for a malformed id only
   */
  async credentialsRejected(tenantId: string): Promise<boolean> {
    const key = checkedTenantId(tenantId).toLowerCase();
    const running = this.#renewals.get(key);
    if (running !== undefined) return running;
    if (!this.#isRunning() || !this.#clients?.has(tenantId) || !this.#rejections.take(key)) return false;
    const clients = this.#clients;
    const renewal = outsideScopes(() => this.#renew(clients, tenantId)).finally(() => this.#renewals.delete(key));
    this.#renewals.set(key, renewal);
    return renewal;
  }

  #compareLater(): void {
    const { clock, everyMs, random } = this.#options;
    this.#timer?.clear();
    this.#timer = clock.setTimer(() => void this.compare(), everyMs * (1 + random() / 10));
  }

  async #renew(clients: LiveClients, tenantId: string): Promise<boolean> {
    try {
      await clients.refresh(tenantId);
      this.#report.renewed(clients.kind, tenantId, 'rejected');
      return true;
    } catch (error) {
      this.#report.failed(clients.kind, tenantId, error, false);
      return false;
    }
  }

  async #compareAll(): Promise<void> {
    const clients = this.#clients;
    if (clients === undefined) return;
    const tenantIds = clients.tenantIds();
    this.#report.keepOnly(tenantIds);
    let isOver = false;
    await forEachConcurrently(tenantIds, this.#options.concurrency, async (tenantId) => {
      if (isOver || !this.#isRunning()) return;
      // A failure that concerns all tenants is found once, not once per tenant.
      isOver ||= await this.#failsForAll(clients, tenantId);
    });
  }

  async #failsForAll(clients: LiveClients, tenantId: string): Promise<boolean> {
    try {
      await this.#compareOne(clients, tenantId);
      this.#report.recovered(tenantId);
      return false;
    } catch (error) {
      if (!this.#isRunning() || !clients.has(tenantId)) return false;
      const isForAll = error instanceof MultitenancyError && FOR_ALL.has(error.code);
      this.#report.failed(clients.kind, tenantId, error, isForAll);
      return isForAll;
    }
  }

  async #compareOne(clients: LiveClients, tenantId: string): Promise<void> {
    const { secrets, everyMs, now } = this.#options;
    const version = await secrets.version(checkedTenantId(tenantId), { signal: this.#stopping.signal });
    if (await clients.bringUpTo(tenantId, version, now() + 2 * everyMs)) {
      this.#report.renewed(clients.kind, tenantId, 'rotated');
    }
  }

  #isRunning(): boolean {
    return this.#clients !== undefined && !this.#stopping.signal.aborted;
  }
}
