import type { IncomingMessage } from 'node:http';
import type { WebSocketAdapter } from '@nestjs/common';
import { OptionsInvalidError } from '@tenantry/core';
import type { ConnectionHooks, SocketPlatform } from './socket-platform.js';
import { EXCEPTION_EVENT } from './socket-problem.js';
import type { SocketProblem } from './socket-problem.js';
import { ROOM_PREFIX } from './tenant-room.js';

/** The part of a socket of socket.io that is used here. */
interface IoClient {
  readonly request: IncomingMessage;
  readonly rooms: ReadonlySet<string>;
  join(room: string): unknown;
  leave(room: string): unknown;
  emit(event: string, data: unknown): unknown;
  disconnect(close: boolean): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
}

/** The part of a server, or of a namespace, of socket.io that is used here. */
interface IoServer {
  /** The server of a namespace. */
  readonly server?: IoServer;
  readonly opts?: { readonly connectionStateRecovery?: unknown };
  use(middleware: (client: IoClient, next: (error?: Error) => void) => void): unknown;
  to(room: string): { emit(event: string, data: unknown): unknown };
}

/** Whether a server is one of socket.io, or a namespace of one. */
export function isIoServer(server: object): boolean {
  return typeof Reflect.get(server, 'use') === 'function' && typeof Reflect.get(server, 'to') === 'function';
}

/** Sockets of socket.io. A refused handshake is its `connect_error`, whose `data` is the problem. */
export const ioPlatform: SocketPlatform = {
  serve(server: IoServer, adapter: WebSocketAdapter, hooks: ConnectionHooks): void {
    assertNoRecovery(server);
    server.use((client, next) => {
      void hooks.admit(client, client.request).then((refusal) => (refusal === null ? next() : next(refused(refusal))));
    });
    adapter.bindClientConnect(server, (client: IoClient, ...rest: unknown[]) => hooks.connect([client, ...rest]));
  },

  /** A socket whose state socket.io has recovered brings the rooms of its former connection. */
  join(client: IoClient, room: string | null): void {
    const foreign = [...client.rooms].filter((each) => each.startsWith(ROOM_PREFIX) && each !== room);
    foreign.forEach((each) => void client.leave(each));
    if (room !== null) void client.join(room);
  },

  onceGone(client: IoClient, gone: () => void): void {
    client.once('disconnect', gone);
  },

  refuse(client: IoClient, problem: SocketProblem): void {
    client.emit(EXCEPTION_EVENT, problem);
    client.disconnect(true);
  },

  broadcast(room, event, data, servers): void {
    for (const server of servers) (server as IoServer).to(room).emit(event, data);
  },
};

/** socket.io sends what a lost socket has missed, and restores its rooms, before any middleware has checked the new handshake. */
function assertNoRecovery(server: IoServer): void {
  const recovery = (server.server ?? server).opts?.connectionStateRecovery;
  if (recovery === undefined) return;
  const allowed = 'absent: with it a socket receives what was sent to its tenant before its handshake is checked';
  throw new OptionsInvalidError('connectionStateRecovery', recovery, allowed);
}

/** What socket.io gives to the client: the message, and `data`. */
function refused(problem: SocketProblem): Error {
  return Object.assign(new Error(problem.detail), { data: problem });
}
