import { isInRange } from '../../kernel/caret-range.js';
import { installedManifest } from '../../kernel/installed-version.js';
import type { PackageManifest } from '../../kernel/installed-version.js';
import { PeerUnsupportedError } from '../../errors/package.errors.js';

/** Which package asks for its peers. */
export interface PeerOwner {
  /** Name of the package, whose `package.json` has the peers and their ranges. */
  readonly name: string;
  /** `import.meta.url` of a file of the package: peers are looked up as this file sees them. */
  readonly url: string;
  /** Optional peers that must be installed for what is used now. Default: none. */
  readonly needs?: readonly string[];
  /** Optional peers that need not be installed, but must have a version that works. Default: none. */
  readonly uses?: readonly string[];
}

/** Reads the `package.json` of a package as a file sees it; `undefined` where there is none. */
export type ManifestReader = (name: string, from: string) => PackageManifest | undefined;

/**
 * Refuses peers that are missing or of versions that a package does not work with, which a package manager may have
 * installed with `--force` or `--legacy-peer-deps`. Nothing is checked where the package's own `package.json` cannot be
 * read, as in a bundle. A package with optional peers calls it at the start, where it is known which of them are used.
 *
 * @param manifestOf for tests. Default: what is installed
 * @throws `MT_PEER_UNSUPPORTED` naming the peer, its version and the versions that work
 */
export function assertPeers(owner: PeerOwner, manifestOf: ManifestReader = installedManifest): void {
  const { name, url, needs = [], uses = [] } = owner;
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifestOf(name, url) ?? {};
  for (const [peer, wanted] of Object.entries(peerDependencies)) {
    const isNeeded = needs.includes(peer);
    const isChecked = isNeeded || uses.includes(peer) || peerDependenciesMeta[peer]?.optional !== true;
    const version = isChecked ? manifestOf(peer, url)?.version : undefined;
    if (version !== undefined) assertVersion(name, peer, version, wanted);
    else if (isNeeded)
      throw new PeerUnsupportedError(`${peer} is not installed, and ${name} needs it here`, `${peer} ${wanted}`);
  }
}

function assertVersion(name: string, peer: string, version: string, wanted: string): void {
  if (isInRange(version, wanted)) return;
  throw new PeerUnsupportedError(`${peer} ${version} does not work with ${name}`, `${peer} ${wanted}`);
}
