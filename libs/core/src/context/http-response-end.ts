import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { whenResponseCloses } from './response-context.js';

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
 * pipelining clients cause, never hears that the socket has gone: so for these the socket is listened to as well, once.
 */
export class HttpResponseEnds {
  readonly #queued = new WeakMap<Socket, Set<() => void>>();

  /** Calls `end` when the response is over, maybe more than once; at once if it is already. */
  whenOver(request: IncomingMessage, response: ServerResponse, end: () => void): void {
    if (isResponseOver(response)) return end();
    whenResponseCloses(response, end);
    if (request.httpVersionMajor >= 2) return;
    if (request.socket.destroyed) end();
    else if (response.socket === null) this.#whenSocketCloses(request.socket, response, end);
  }

  #whenSocketCloses(socket: Socket, response: ServerResponse, end: () => void): void {
    const ends = this.#endsOf(socket);
    ends.add(end);
    whenResponseCloses(response, () => ends.delete(end));
  }

  #endsOf(socket: Socket): Set<() => void> {
    const known = this.#queued.get(socket);
    if (known !== undefined) return known;
    const ends = new Set<() => void>();
    this.#queued.set(socket, ends);
    socket.once('close', () => ends.forEach((end) => end()));
    return ends;
  }
}
