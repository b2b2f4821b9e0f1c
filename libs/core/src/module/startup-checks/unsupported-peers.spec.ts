import { PeerUnsupportedError } from '../../errors/package.errors.js';
import { assertPeers } from './unsupported-peers.js';
import type { ManifestReader, PeerOwner } from './unsupported-peers.js';

const NAME = '@tenantry/transports';
const MANIFEST = {
  version: '0.1.0',
  peerDependencies: { '@nestjs/core': '^11.1.4 || ^12.0.0', bullmq: '^5.0.0 || ^6.0.0' },
  peerDependenciesMeta: { bullmq: { optional: true } },
};

/** Checks peers where certain versions are installed. */
function check(versions: Readonly<Record<string, string>>, owner: Partial<PeerOwner> = {}): () => void {
  const manifestOf: ManifestReader = (name) => {
    if (name === NAME) return MANIFEST;
    const version = versions[name];
    return version === undefined ? undefined : { version };
  };
  return () => assertPeers({ name: NAME, url: import.meta.url, ...owner }, manifestOf);
}

describe('peers of other versions', () => {
  it('stop the start, naming the version found and the versions that work', () => {
    expect(check({ '@nestjs/core': '10.4.22' })).toThrow(PeerUnsupportedError);
    expect(check({ '@nestjs/core': '10.4.22' })).toThrow(
      '@nestjs/core 10.4.22 does not work with @tenantry/transports. Wanted: @nestjs/core ^11.1.4 || ^12.0.0.',
    );
  });

  it('are accepted in every range', () => {
    expect(check({ '@nestjs/core': '11.1.4' })).not.toThrow();
    expect(check({ '@nestjs/core': '12.5.1', bullmq: '6.7.0' }, { needs: ['bullmq'] })).not.toThrow();
  });

  it('are accepted where no version can be read, as in a bundle', () => {
    expect(() => assertPeers({ name: NAME, url: import.meta.url, needs: ['bullmq'] }, () => undefined)).not.toThrow();
  });
});

describe('an optional peer', () => {
  const nest = { '@nestjs/core': '12.5.1' };

  it('stops the start where it is needed and missing, naming the versions that work', () => {
    const message = 'bullmq is not installed, and @tenantry/transports needs it here. Wanted: bullmq ^5.0.0 || ^6.0.0.';
    expect(check(nest, { needs: ['bullmq'] })).toThrow(message);
  });

  it.each([{ needs: ['bullmq'] }, { uses: ['bullmq'] }])(
    'stops the start in a version that does not work, with %j',
    (owner) => {
      expect(check({ ...nest, bullmq: '4.18.3' }, owner)).toThrow(
        'bullmq 4.18.3 does not work with @tenantry/transports. Wanted: bullmq ^5.0.0 || ^6.0.0.',
      );
    },
  );

  it('may be missing where it is used only if it is there, and of any version where it is not used', () => {
    expect(check(nest, { uses: ['bullmq'] })).not.toThrow();
    expect(check({ ...nest, bullmq: '4.18.3' })).not.toThrow();
  });
});

describe('a peer that is installed', () => {
  it('is found by the file that asks, also where its exports leave its package.json out', () => {
    const owner = { name: '@tenantry/transports', url: import.meta.url };
    const needs = ['@nestjs/websockets', '@nestjs/microservices', '@nestjs/bullmq', 'bullmq'];
    expect(() => assertPeers({ ...owner, needs })).not.toThrow();
    expect(() =>
      assertPeers({ name: '@tenantry/postgres', url: import.meta.url, needs: ['@electric-sql/pglite', 'pg'] }),
    ).not.toThrow();
  });
});
