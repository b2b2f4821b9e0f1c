import { assertPeers } from '@tenantry/core/spi';

/**
 * Checks the peers of an entry point, which are all optional to the package.
 *
 * @throws `MT_PEER_UNSUPPORTED` where one is missing or has a version that does not work
 */
export function assertTransportPeers(...needs: readonly string[]): void {
  assertPeers({ name: '@tenantry/transports', url: import.meta.url, needs });
}
