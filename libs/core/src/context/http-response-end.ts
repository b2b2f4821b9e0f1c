import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Node's own object behind a Fastify wrapper; Express objects are Node's own. */
export function rawOf<T extends object>(platformObject: object): T {
  return ((platformObject as { readonly raw?: object }).raw ?? platformObject) as T;
}

/** Whether nobody can read a response any more, or all of it has been sent. HTTP/2 responses tell it by their stream. */
export function isResponseOver(response: ServerResponse): boolean {
  if (response.closed || response.destroyed) return true;
  const { stream } = response as { readonly stream?: { closed?: boolean; destroyed?: boolean } };
  return stream !== undefined && (stream.closed === true || stream.destroyed === true);
}

/**
 * Tells when responses are over, whichever way they end. A response that is queued behind others on its socket, as
 * pipelining clients cause, never hears that the socket has gone: so the sockets are listened to as well, each once.
 */
export class HttpResponseEnds {
  readonly #open = new WeakMap<Socket, Set<() => void>>();

  /** Calls `end` once when the response is over; at once if it is already. */
  whenOver(request: IncomingMessage, response: ServerResponse, end: () => void): void {
    if (isResponseOver(response)) return end();
    const ends = request.httpVersionMajor < 2 ? this.#endsOf(request.socket) : undefined;
    const over = (): void => {
      ends?.delete(over);
      end();
    };
    ends?.add(over);
    response.once('close', over);
    if (request.socket.destroyed) over();
  }

  #endsOf(socket: Socket): Set<() => void> {
    const known = this.#open.get(socket);
    if (known !== undefined) return known;
    const ends = new Set<() => void>();
    this.#open.set(socket, ends);
    socket.once('close', () => ends.forEach((over) => over()));
    return ends;
  }
}
