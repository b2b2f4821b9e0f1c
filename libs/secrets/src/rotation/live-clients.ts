import { BoundedMap } from '@tenantry/core/spi';
import type { ObservedSecrets, SecretRead } from '../port/observed-secrets.js';
import type { RotatedRegistry } from './rotation-options.js';

/** Which credentials a live client was made with. */
interface LiveVersion {
  readonly version: string;
  /** Milliseconds since 1970; `undefined` = not known, or renewing at that time did not help. */
  readonly expiresAt: number | undefined;
}

/** Reads of others than factories are kept until a creation of their tenant settles. */
const MOST_PENDING = 10_000;

/** A refresh may join a creation that began with an older version, and is repeated then. */
const MOST_REFRESHES = 3;

/**
 * The live clients of a kind with the version that each was made with: the first one that was read since the tenant's last
 * creation settled. Where another caller read as well, that may be an older one than the factory's, never a newer one: so a
 * client may be renewed once too often, and no rotation is missed.
 */
export class LiveClients {
  readonly #registry: RotatedRegistry;
  readonly #isOwn: (signal: AbortSignal) => boolean;
  readonly #pending = new BoundedMap<LiveVersion>(MOST_PENDING);
  readonly #live = new Map<string, LiveVersion>();
  readonly #stops: readonly (() => void)[];

  /** @param isOwn whether a read is none of a factory, by its signal */
  constructor(registry: RotatedRegistry, secrets: ObservedSecrets, isOwn: (signal: AbortSignal) => boolean) {
    this.#registry = registry;
    this.#isOwn = isOwn;
    this.#stops = [
      secrets.onRead((read) => this.#onRead(read)),
      registry.on('created', ({ tenantId }) => this.#onCreated(keyOf(tenantId))),
      registry.on('createFailed', ({ tenantId }) => void this.#pending.delete(keyOf(tenantId))),
      registry.on('disposed', ({ tenantId }) => this.#onDisposed(tenantId)),
    ];
  }

  get kind(): string {
    return this.#registry.name;
  }

  tenantIds(): string[] {
    return [...this.#registry.entries()].map(({ tenantId }) => tenantId);
  }

  has(tenantId: string): boolean {
    return this.#registry.has(tenantId);
  }

  refresh(tenantId: string): Promise<void> {
    return this.#registry.refresh(tenantId);
  }

  /**
   * Renews the client unless it was made with this version and that does not expire soon.
   *
   * @param soon milliseconds since 1970
   * @returns whether it was renewed
   * @throws as `TenantClientRegistry.refresh`
   */
  async bringUpTo(tenantId: string, version: string, soon: number): Promise<boolean> {
    const key = keyOf(tenantId);
    const live = this.#live.get(key);
    // One whose factory did not read its credentials from here counts as made with the current ones.
    if (live === undefined) this.#live.set(key, { version, expiresAt: undefined });
    const isOutdated = (): boolean => (this.#live.get(key)?.version ?? version) !== version;
    if (!isOutdated() && (live?.expiresAt ?? Infinity) > soon) return false;
    await this.refresh(tenantId);
    for (let more = MOST_REFRESHES - 1; more > 0 && isOutdated(); more -= 1) await this.refresh(tenantId);
    return true;
  }

  /** Follows nothing any more. */
  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #onRead({ tenantId, version, expiresAt, signal }: SecretRead): void {
    const key = keyOf(tenantId);
    if (this.#pending.get(key) !== undefined || this.#isOwn(signal)) return;
    this.#pending.set(key, { version, expiresAt });
  }

  #onCreated(key: string): void {
    const made = this.#pending.get(key);
    const before = this.#live.get(key);
    this.#pending.delete(key);
    if (made === undefined) this.#live.delete(key);
    else this.#live.set(key, made.version === before?.version ? { ...made, expiresAt: undefined } : made);
  }

  #onDisposed(tenantId: string): void {
    if (!this.#registry.has(tenantId)) this.#live.delete(keyOf(tenantId));
  }
}

/** Ids are unique without regard to case. */
function keyOf(tenantId: string): string {
  return tenantId.toLowerCase();
}
