/** The sizes a server comes in. */
export const SERVER_SIZES = ['small', 'medium', 'large'] as const;

/** One of {@link SERVER_SIZES}. */
export type ServerSize = (typeof SERVER_SIZES)[number];

/** A server of one account. */
export interface Server {
  /** A UUID. */
  readonly id: string;
  readonly name: string;
  readonly size: ServerSize;
  readonly status: 'running';
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** One page of servers, oldest first. */
export interface ServerPage {
  readonly items: readonly Server[];
  /** Pass it as `after` to get the next page; `null` on the last one. */
  readonly next: string | null;
}
