import { MultitenancyError } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import type { ApplicationEvents } from '../kernel/application-events.js';

/** A request to a source of secrets has ended; as `@tenantry/secrets` publishes it. */
export interface SecretsRequestEvent {
  /** What the application holds: the result of `vaultSecrets()`. */
  readonly secrets: object;
  readonly operation: string;
  readonly outcome: string;
}

/** A token was granted or renewed; likewise. */
interface SecretsTokenEvent {
  readonly secrets: object;
  /** Milliseconds that it lives from now; `Infinity` = it does not expire. */
  readonly leaseMs: number;
}

/** Name of the `node:diagnostics_channel` that carries every {@link SecretsRequestEvent}. */
export const SECRETS_REQUEST_CHANNEL = 'tenantry:secrets:request';
/** Name of the `node:diagnostics_channel` that carries every {@link SecretsTokenEvent}. */
const SECRETS_TOKEN_CHANNEL = 'tenantry:secrets:token';

/** How the sources of secrets of one application are: by the events on the diagnostics channels of `@tenantry/secrets`. */
export class SecretsState {
  readonly #owned: ReadonlySet<object>;
  readonly #clock: Clock;
  readonly #expiresAt = new Map<object, number>();
  /** Sources whose last login was refused or not answered. */
  readonly #loggedOut = new Set<object>();

  /** @param owned the sources of this application; events of others are ignored */
  constructor(owned: ReadonlySet<object>, clock: Clock) {
    this.#owned = owned;
    this.#clock = clock;
  }

  follow(events: ApplicationEvents): void {
    events.onAny<SecretsTokenEvent>(SECRETS_TOKEN_CHANNEL, ({ secrets, leaseMs }) => {
      if (!this.owns(secrets)) return;
      this.#loggedOut.delete(secrets);
      this.#expiresAt.set(secrets, this.#clock.now() + leaseMs);
    });
    events.onAny<SecretsRequestEvent>(SECRETS_REQUEST_CHANNEL, ({ secrets, operation, outcome }) => {
      if (!this.owns(secrets)) return;
      if (operation === 'login' && outcome !== 'ok') this.#loggedOut.add(secrets);
      // The server does not know the token any more, whatever its lease was.
      if (operation === 'lookup' && outcome === 'denied') this.#expiresAt.set(secrets, this.#clock.now());
    });
  }

  /** Whether an event is about a source of this application. */
  owns(source: object): boolean {
    return this.#owned.has(source);
  }

  /** Milliseconds until the first token expires, negative after that; `undefined` = there is none that expires. */
  expiresInMs(): number | undefined {
    const soonest = Math.min(...this.#expiresAt.values());
    return Number.isFinite(soonest) ? soonest - this.#clock.now() : undefined;
  }

  /**
   * Fails when the login that all tenants share fails and no token lives. One tenant's secret that cannot be read says nothing
   * here.
   *
   * @throws `MT_CATALOG_UNAVAILABLE`
   */
  check(): void {
    const now = this.#clock.now();
    for (const source of this.#loggedOut) {
      if ((this.#expiresAt.get(source) ?? -Infinity) <= now)
        throw new MultitenancyError(
          'MT_CATALOG_UNAVAILABLE',
          'The source of secrets refuses the login, or does not answer, and there is no token. Check its address, role and policy.',
        );
    }
  }
}
