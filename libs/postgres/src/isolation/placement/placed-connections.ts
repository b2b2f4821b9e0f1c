import { Socket } from 'node:net';
import { PlacementMissingError, TenantMovingError } from '../strategies/strategy.errors.js';
import type { TenantConnectionSettings } from '../strategies/tenant-connection.js';

/** What connections are held to that lead to a place which may change. */
export interface PlacedConnectionRules {
  /** Rejects when the tenant is blocked or elsewhere, or when the placement cannot be read. */
  readonly assertThere: () => Promise<void>;
  readonly lifetimeMs: number;
  readonly onMoved: (() => unknown) | undefined;
}

/**
 * The same settings for a tenant that may be moved: no connection is older than its lifetime, and none is new that leads to where the
 * tenant no longer is.
 *
 * @internal
 */
export function placedConnections(
  settings: TenantConnectionSettings,
  { assertThere, lifetimeMs, onMoved }: PlacedConnectionRules,
): TenantConnectionSettings {
  const { maxLifetimeSeconds: seconds = 0, verify } = settings;
  const notify = once(onMoved);
  const check = (): Promise<void> =>
    assertThere().catch((error: unknown) => {
      if (error instanceof TenantMovingError || error instanceof PlacementMissingError) notify();
      throw error;
    });
  return {
    ...settings,
    maxLifetimeSeconds: Math.min(seconds > 0 ? seconds : Infinity, lifetimeMs / 1000),
    // The old place may be gone altogether, so that nothing is ever verified: check also when a connection is only tried.
    stream: () => {
      check().catch(() => undefined);
      return new Socket();
    },
    // Checks last: from here on the lifetime bounds the staleness.
    verify: (client, done) =>
      verify(client, (error) => (error === undefined ? void check().then(() => done(), done) : done(error))),
  };
}

/** Once only: later on it would be the successor that is evicted. */
function once(onMoved: (() => unknown) | undefined): () => void {
  let isCalled = false;
  return () => {
    if (isCalled) return;
    isCalled = true;
    void Promise.resolve()
      .then(onMoved)
      .catch(() => undefined);
  };
}
