import { Module } from '@nestjs/common';
import type { BeforeApplicationShutdown, DynamicModule, OnApplicationBootstrap, Provider } from '@nestjs/common';
import { CatalogUnavailableError } from '@tenantry/core';
import { assertPeers, TenantSync, TenantProbes } from '@tenantry/core/spi';
import { feedTroubleLog } from './feed-trouble-log.js';
import { NodePresence } from './node-presence.js';
import { TenantChangeFeed } from './tenant-change-feed.js';
import type { TenantSyncAsyncOptions, TenantSyncOptions } from './tenant-sync-options.js';

const OPTIONS = Symbol('tenantry:nodes-options');

const PRESENCE: Provider = {
  provide: NodePresence,
  inject: [OPTIONS, TenantSync],
  useFactory: ({ database, onError, clock }: TenantSyncOptions, node: TenantSync) =>
    new NodePresence({ database, node, onError: onError ?? feedTroubleLog(clock) }),
};

const FEED: Provider = {
  provide: TenantChangeFeed,
  inject: [OPTIONS, TenantSync, NodePresence],
  useFactory: (options: TenantSyncOptions, node: TenantSync, presence: NodePresence) =>
    new TenantChangeFeed({
      onError: feedTroubleLog(options.clock),
      ...options,
      apply: (changes) => (changes === null ? node.resync() : node.apply(changes)),
      onRead: (position) => presence.hasRead(position),
    }),
};

/**
 * Has the application follow the catalog's log of changes, so that what one node changes holds on all of them. Import it once,
 * beside `MultitenancyModule.forRoot`.
 *
 * The feed starts when the application has started and never holds it up: without a database it keeps trying. It ends at
 * shutdown, before the database of the caller may be closed. Until then the node is on record, for {@link drainedOnAllNodes}. Inject `TenantChangeFeed` for its `stats()`.
 */
@Module({})
export class TenantSyncModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #feed: TenantChangeFeed;
  readonly #presence: NodePresence;

  constructor(feed: TenantChangeFeed, presence: NodePresence, probes: TenantProbes) {
    this.#feed = feed;
    this.#presence = presence;
    probes.add({ name: 'sync', check: () => assertUpToDate(feed), stats: () => ({ lagMs: feed.stats().readAgoMs }) });
  }

  /** Sets it up. Bad options stop the start of the application with `MT_ARGUMENT_INVALID`. */
  static forRoot(options: TenantSyncOptions): DynamicModule {
    return TenantSyncModule.forRootAsync({ useFactory: () => options });
  }

  /** As {@link forRoot}, with options that come from other providers. */
  static forRootAsync({ imports = [], inject = [], useFactory }: TenantSyncAsyncOptions): DynamicModule {
    assertPeers({ name: '@tenantry/postgres', url: import.meta.url, uses: ['pg', '@electric-sql/pglite'] });
    return {
      module: TenantSyncModule,
      global: true,
      imports,
      providers: [{ provide: OPTIONS, inject, useFactory }, PRESENCE, FEED],
      exports: [TenantChangeFeed],
    };
  }

  /** Starts the feed and does not wait for it. */
  onApplicationBootstrap(): void {
    void this.#feed.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#feed.close();
    await this.#presence.end();
  }
}

/** The log is read every 10 s at the least. Later than that, a suspended tenant may still be served here. */
const MOST_LAG_MS = 30_000;

/** Whether the node is fit to serve. @throws `MT_CATALOG_UNAVAILABLE` when it is too far behind the log */
function assertUpToDate(feed: TenantChangeFeed): void {
  const { readAgoMs } = feed.stats();
  if (readAgoMs !== null && readAgoMs <= MOST_LAG_MS) return;
  const since = readAgoMs === null ? 'not been read yet' : `last been read ${Math.round(readAgoMs / 1_000)} s ago`;
  throw new CatalogUnavailableError(new Error(`the log of tenant changes has ${since}`));
}
