import { CHANGES_CHANNEL } from './change-log.js';

/** What a listener reports. */
export interface ChangeListenerEvents {
  /** Something may have changed. */
  readonly onHint: () => void;
  /** The connection is lost; called once. */
  readonly onLost: (error: Error) => void;
}

/** A connection that listens. */
export interface ChangeSubscription {
  /** Asks the server for a heartbeat. Rejects when it does not come. */
  check(): Promise<void>;
  /** Ends the connection, without `onLost`. Idempotent. */
  close(): Promise<void>;
}

/** How a node is notified of changes. A hint only: forged, missed and repeated ones do no harm. */
export interface ChangeListener {
  /** Connects and listens. Rejects when that cannot be done. */
  listen(events: ChangeListenerEvents): Promise<ChangeSubscription>;
}

/** The part of `pg.Client` that is needed; a `pg.Client` fits as it is. */
export interface PgListenClient {
  connect(): Promise<unknown>;
  query(text: string): Promise<unknown>;
  end(): Promise<void>;
  on(event: 'notification', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
}

/**
 * Listens on a connection of its own. It must lead to PostgreSQL itself: a pooler in transaction mode has no LISTEN.
 *
 * @param newClient makes an unconnected client, such as `() => new pg.Client({ connectionString, connectionTimeoutMillis: 5_000, query_timeout: 5_000 })`;
 *   without those timeouts a silent server is never given up
 */
export function pgChangeListener(newClient: () => PgListenClient): ChangeListener {
  return { listen: (events) => listenWith(newClient(), events) };
}

async function listenWith(
  client: PgListenClient,
  { onHint, onLost }: ChangeListenerEvents,
): Promise<ChangeSubscription> {
  let over = false;
  const lose = (error: Error): void => {
    if (over) return;
    over = true;
    onLost(error);
  };
  const close = async (): Promise<void> => {
    over = true;
    await client.end().catch(() => undefined);
  };
  client.on('notification', onHint);
  client.on('error', lose);
  client.on('end', () => lose(new Error('the connection that listens for changes has ended')));
  try {
    await client.connect();
    await client.query(`listen ${CHANGES_CHANNEL}`);
  } catch (error) {
    void close();
    throw error;
  }
  return { check: async () => void (await client.query('select 1')), close };
}

/** The part of PGlite that is needed; a `PGlite` fits as it is. */
export interface PgliteListen {
  listen(channel: string, callback: (payload: string) => void): Promise<(tx?: never) => Promise<void>>;
}

/** Listens on a PGlite, in the same process. */
export function pgliteChangeListener(pglite: PgliteListen): ChangeListener {
  return {
    async listen({ onHint }) {
      const unlisten = await pglite.listen(CHANGES_CHANNEL, onHint);
      return { check: () => Promise.resolve(), close: () => unlisten() };
    },
  };
}
