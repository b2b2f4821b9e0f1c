import { until } from '../../../support/until.js';
import type { TenantCatalogReader } from '@tenantry/core';
import { connectPeer } from './peer.js';
import type { Peer, PeerOptions, PlatformName } from './peer.js';
import { startSocketApp } from './socket-app.js';
import type { SocketApp, SocketAppOptions } from './socket-app.js';
import { SlowCatalog } from './slow-catalog.js';

/** Starts applications and sockets that are closed behind each test of the file. */
export interface Bench {
  start(options: SocketAppOptions): Promise<SocketApp>;
  /** Starts one whose catalog the test can hold back and break. */
  startSlow(options: SocketAppOptions): Promise<SocketApp & { readonly slow: SlowCatalog }>;
  connect(platform: PlatformName, options: PeerOptions): Peer;
  /** Connects to an application in the name of a tenant, by Host. */
  join(platform: PlatformName, app: SocketApp, tenant: string, options?: Partial<PeerOptions>): Peer;
}

export function socketBench(): Bench {
  const apps: SocketApp[] = [];
  const peers: Peer[] = [];
  afterEach(async () => {
    peers.forEach((peer) => peer.close());
    await until(() => peers.every(({ gone }) => gone));
    peers.length = 0;
    await Promise.all(apps.splice(0).map(async ({ app }) => app.close()));
  });
  const connect = (platform: PlatformName, options: PeerOptions): Peer => {
    const peer = connectPeer(platform, options);
    peers.push(peer);
    return peer;
  };
  const start = async (options: SocketAppOptions): Promise<SocketApp> => {
    const app = await startSocketApp(options);
    apps.push(app);
    return app;
  };
  return {
    start,
    startSlow: async (options) => {
      const catalogs: SlowCatalog[] = [];
      const catalog = (inner: TenantCatalogReader): SlowCatalog => {
        const slow = new SlowCatalog(inner);
        catalogs.push(slow);
        return slow;
      };
      const app = await start({ ...options, catalog });
      return { ...app, slow: catalogs[0] as SlowCatalog };
    },
    connect,
    join: (platform, { port }, tenant, options) =>
      connect(platform, { port, headers: { host: `${tenant}.example` }, ...options }),
  };
}
