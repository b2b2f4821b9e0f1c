import type { IncomingMessage } from 'node:http';
import type { Server, Socket } from 'node:net';

/** What Node's HTTP server keeps of a connection: the parser goes when the connection is upgraded. */
interface HttpConnection {
  readonly parser?: { readonly incoming?: IncomingMessage | null } | null;
}

/** A server of HTTP/1, as far as connections are concerned; one of HTTP/2 has no time for idle connections. */
type ConnectionServer = Server & { keepAliveTimeout?: number };

/** The open connections of a server, those of WebSockets and HTTP/2 too, which Node does not close by itself. */
export class ServerConnections {
  readonly #sockets = new Set<Socket>();
  #server: ConnectionServer | undefined;
  #closing = false;

  /** Follows the connections of a server from now on. Costs nothing for a request. Idempotent. */
  watch(server: Server): void {
    if (this.#server === server) return;
    this.#server = server;
    const add = (socket: Socket): void => this.#add(socket);
    server.on('connection', add).on('secureConnection', add);
  }

  /** Has each connection of HTTP/1 closed with the response that it is waiting for. */
  keepNoneAlive(): void {
    if (this.#server?.keepAliveTimeout !== undefined) this.#server.keepAliveTimeout = 1;
  }

  /** Closes connections of HTTP/1 that carry no request, or one that has not arrived completely. */
  closeIncomplete(): void {
    for (const socket of this.#sockets) if (isIncomplete(socket)) socket.destroy();
  }

  /** Closes every connection, and those that are still to come. */
  closeAll(): void {
    this.#closing = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #add(socket: Socket): void {
    if (this.#closing) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

/** Without a parser, it was upgraded, is no HTTP/1, or carries TLS, whose own socket is followed as well. */
function isIncomplete(socket: Socket): boolean {
  const { parser } = socket as HttpConnection;
  if (parser === undefined || parser === null) return false;
  return !(parser.incoming?.complete ?? false);
}
