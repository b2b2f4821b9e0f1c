import type { Clock } from '@tenantry/core';
import { forEachConcurrently } from '@tenantry/core/spi';
import type { TenantScopes, Timer } from '@tenantry/core/spi';
import { socketRefusal } from './handshake-refusal.js';
import type { TenantConnections } from './tenant-connections.js';

const LOOK_UPS_AT_ONCE = 16;

/** Closes the sockets of tenants that are no longer served, also when no message arrives. One look-up per tenant and round. */
export class TenantRecheck {
  readonly #connections: TenantConnections;
  readonly #scopes: TenantScopes;
  readonly #clock: Clock;
  readonly #everyMs: number;
  #state: { readonly kind: 'idle' | 'stopped' } | { readonly kind: 'waiting'; readonly timer: Timer } = {
    kind: 'idle',
  };

  constructor(connections: TenantConnections, scopes: TenantScopes, clock: Clock, everyMs: number) {
    this.#connections = connections;
    this.#scopes = scopes;
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** Begins with the rounds; idempotent. After {@link stop} it does nothing. */
  start(): void {
    if (this.#state.kind === 'idle') this.#wait();
  }

  /** Ends the rounds; one that runs closes nothing more. Idempotent. */
  stop(): void {
    if (this.#state.kind === 'waiting') this.#state.timer.clear();
    this.#state = { kind: 'stopped' };
  }

  #wait(): void {
    const timer = this.#clock.setTimer(() => void this.#round(), this.#everyMs);
    this.#state = { kind: 'waiting', timer };
  }

  /** The next round is due when this one is over, so that none runs beside another. */
  async #round(): Promise<void> {
    await forEachConcurrently(this.#connections.tenantIds(), LOOK_UPS_AT_ONCE, (id) => this.#check(id));
    if (!this.#stopped) this.#wait();
  }

  async #check(id: string): Promise<void> {
    if (this.#stopped) return;
    const refusal = socketRefusal(await this.#scopes.outcomeOf({ id, trust: 'network' }));
    if (refusal === null || this.#stopped) return;
    this.#connections.of(id).forEach((connection) => connection.refuse(refusal));
  }

  get #stopped(): boolean {
    return this.#state.kind === 'stopped';
  }
}
