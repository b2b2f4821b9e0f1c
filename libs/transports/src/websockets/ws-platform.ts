import type { IncomingMessage } from 'node:http';
import type { WebSocketAdapter } from '@nestjs/common';
import type { ConnectionHooks, SocketPlatform } from './socket-platform.js';
import { closeCode, EXCEPTION_EVENT } from './socket-problem.js';
import type { SocketProblem } from './socket-problem.js';

/** The part of a socket of `ws` that is used here. */
interface WsClient {
  readonly readyState: number;
  pause(): void;
  resume(): void;
  send(data: string): void;
  close(code: number, reason: string): void;
  once(event: 'close', listener: () => void): unknown;
}

const OPEN = 1;

/** Sockets of the package `ws`. */
export const wsPlatform: SocketPlatform = {
  serve(server: object, adapter: WebSocketAdapter, hooks: ConnectionHooks): void {
    adapter.bindClientConnect(server, (client: WsClient, request: IncomingMessage, ...rest: unknown[]) => {
      // Frames stay in the kernel until a listener is attached.
      client.pause();
      void hooks.admit(client, request).then((refusal) => {
        if (refusal !== null) wsPlatform.refuse(client, refusal);
        else if (client.readyState === OPEN) hooks.connect([client, request, ...rest]);
        client.resume();
      });
    });
  },

  join(): void {
    // There are no rooms: a sender iterates over the clients.
  },

  onceGone(client: WsClient, gone: () => void): void {
    client.once('close', gone);
  },

  refuse(client: WsClient, problem: SocketProblem): void {
    send(client, EXCEPTION_EVENT, problem);
    client.close(closeCode(problem), problem.code);
  },

  broadcast(_room, event, data, _servers, clients): void {
    for (const client of clients) send(client as WsClient, event, data);
  },
};

function send(client: WsClient, event: string, data: unknown): void {
  if (client.readyState === OPEN) client.send(JSON.stringify({ event, data }));
}
