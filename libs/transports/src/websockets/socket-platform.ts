import type { IncomingMessage } from 'node:http';
import type { WebSocketAdapter } from '@nestjs/common';
import type { SocketProblem } from './socket-problem.js';

/** What a gateway's server calls back with: the client, and on `ws` the request that opened it. */
export type ConnectionArgs = readonly [client: object, ...rest: unknown[]];

/** What a platform does with the clients of a server. */
export interface ConnectionHooks {
  /** Checks the handshake of a client. Resolves to why it is refused, or `null`. Never rejects. */
  admit(client: object, request: IncomingMessage): Promise<SocketProblem | null>;
  /** Takes in a client that was admitted. No message of the client has been handled before. */
  connect(args: ConnectionArgs): void;
}

/** What differs between `ws` and socket.io. Stateless. */
export interface SocketPlatform {
  /** Has each client of a server pass the hooks. Messages that a client sends before it is connected wait. */
  serve(server: object, adapter: WebSocketAdapter, hooks: ConnectionHooks): void;
  /** Puts a client into the room of its tenant and into no other tenant's, where the platform has rooms; `null` = no tenant. */
  join(client: object, room: string | null): void;
  /** Calls back once when the client has gone. */
  onceGone(client: object, gone: () => void): void;
  /** Sends a client the reason, and closes its connection. */
  refuse(client: object, problem: SocketProblem): void;
  /** Sends an event to the clients of a room; `clients` are those of this process. */
  broadcast(room: string, event: string, data: unknown, servers: Iterable<object>, clients: Iterable<object>): void;
}
