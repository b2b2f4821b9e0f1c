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

/** What lasts as long as a response. */
export interface EndsWithResponse {
  readonly response: ServerResponse;
  /** The response is over. Called once. */
  end(): void;
}

/**
 * Tells when responses are over, whichever way they end. A response that is queued behind others on its socket, as
 * pipelining clients cause, never hears that the socket has gone: so the sockets are listened to as well, each once.
 */
export class HttpResponseEnds {
  /** Where a socket keeps its own, which is faster than to look it up. Applications within applications have one each. */
  readonly #key = Symbol('tenantry.open-responses');

  /** Ends what lasts as long as the response once that is over; at once if it is already. */
  whenOver({ httpVersionMajor, socket }: IncomingMessage, lasting: EndsWithResponse): void {
    if (httpVersionMajor >= 2) return endWithStream(lasting);
    if (isOver(lasting.response, socket)) return lasting.end();
    const sockets = socket as Socket & Record<symbol, OpenResponses | undefined>;
    (sockets[this.#key] ??= new OpenResponses(socket)).add(lasting);
  }
}

/** As {@link isResponseOver} for HTTP/1. One that waits for its socket does not hear of it when that closes. */
function isOver({ destroyed, socket }: ServerResponse, own: Socket): boolean {
  return destroyed || (socket === null && own.destroyed);
}

/** Streams of HTTP/2 share their socket, and each tells its own end. */
function endWithStream(lasting: EndsWithResponse): void {
  if (isResponseOver(lasting.response)) lasting.end();
  else lasting.response.once('close', () => lasting.end());
}

/** The responses of one socket that are waited for: one, or a few of a client that pipelines. */
class OpenResponses {
  readonly #lasting: EndsWithResponse[] = [];
  /** The same for all responses of the socket: what is put on each of them costs. */
  readonly #onClose: (this: ServerResponse) => void;

  constructor(socket: Socket) {
    const over = (response: ServerResponse): void => this.#over(response);
    this.#onClose = function () {
      over(this);
    };
    socket.once('close', () => this.#lasting.splice(0).forEach((each) => each.end()));
  }

  add(lasting: EndsWithResponse): void {
    this.#lasting.push(lasting);
    lasting.response.on('close', this.#onClose);
  }

  #over(response: ServerResponse): void {
    for (const [at, each] of this.#lasting.entries()) {
      if (each.response !== response) continue;
      this.#lasting.splice(at, 1);
      return each.end();
    }
  }
}
