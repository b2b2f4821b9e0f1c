import { isInRange } from '../../kernel/caret-range.js';
import { installedManifest } from '../../kernel/installed-version.js';
import type { PackageManifest } from '../../kernel/installed-version.js';
import { PeerUnsupportedError } from '../../errors/package.errors.js';

const OWN_NAME = '@tenantry/core';

/**
 * Refuses peers of versions that this package does not work with, which a package manager may have installed with
 * `--force` or `--legacy-peer-deps`. A peer whose version cannot be read, as in a bundle, is not checked.
 *
 * @throws `MT_PEER_UNSUPPORTED` naming the package, its version and the versions that work
 */
export function assertPeers(manifestOf: (name: string) => PackageManifest | undefined = installedManifest): void {
  for (const [name, range] of Object.entries(manifestOf(OWN_NAME)?.peerDependencies ?? {})) {
    const version = manifestOf(name)?.version;
    if (version === undefined || isInRange(version, range)) continue;
    throw new PeerUnsupportedError(`${name} ${version} does not work with ${OWN_NAME}`, `${name} ${range}`);
  }
}
