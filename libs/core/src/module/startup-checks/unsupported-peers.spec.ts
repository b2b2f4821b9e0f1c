import { PeerUnsupportedError } from '../../errors/package.errors.js';
import { assertPeers } from './unsupported-peers.js';

const PEERS = { '@nestjs/core': '^11.1.4 || ^12.0.0', '@nestjs/schedule': '^6.0.0 || ^12.0.0' };

/** Looks installed packages up as this package does. */
function installed(versions: Readonly<Record<string, string>>): Parameters<typeof assertPeers>[0] {
  return (name) => {
    if (name === '@tenantry/core') return { version: '0.1.0', peerDependencies: PEERS };
    const version = versions[name];
    return version === undefined ? undefined : { version };
  };
}

describe('peers of other versions', () => {
  it('stop the start, naming the version found and the versions that work', () => {
    const check = (): void => assertPeers(installed({ '@nestjs/core': '10.4.22' }));
    expect(check).toThrow(PeerUnsupportedError);
    expect(check).toThrow(
      '@nestjs/core 10.4.22 does not work with @tenantry/core. Wanted: @nestjs/core ^11.1.4 || ^12.0.0',
    );
  });

  it('are accepted in every range, and where an optional one is not installed', () => {
    expect(() => assertPeers(installed({ '@nestjs/core': '11.1.4', '@nestjs/schedule': '6.1.3' }))).not.toThrow();
    expect(() => assertPeers(installed({ '@nestjs/core': '12.5.1' }))).not.toThrow();
  });

  it('are accepted where no version can be read, as in a bundle', () => {
    expect(() => assertPeers(() => undefined)).not.toThrow();
  });
});
