import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Node's own object behind a Fastify wrapper; Express objects are Node's own. */
export function rawOf<T extends object>(platformObject: object): T {
  return ((platformObject as { readonly raw?: object }).raw ?? platformObject) as T;
}

/** Whether a response can no longer be read, or all of it has been sent. HTTP/2 responses show it by their stream. */
export function isResponseOver(response: ServerResponse): boolean {
  if (response.closed || response.destroyed) return true;
  const { stream } = response as { readonly stream?: { closed?: boolean; destroyed?: boolean } };
  return stream !== undefined && (stream.closed === true || stream.destroyed === true);
}

/** As {@link isResponseOver}; knows also that a response which waits for its socket will never get it. */
export function isExchangeOver(request: IncomingMessage, response: ServerResponse): boolean {
  return isResponseOver(response) || (request.httpVersionMajor < 2 && isGone(request.socket));
}

/** A request without a network connection, as in tests, may have no socket. */
function isGone(socket: Socket | undefined): boolean {
  return socket?.destroyed === true;
}

/** What lasts as long as a response. */
export interface EndsWithResponse {
  readonly response: ServerResponse;
  /** The response is over. Called once. */
  end(): void;
}

/**
 * Reports when responses are over, for any reason. A response that is queued behind others on its socket, as
 * pipelining clients cause, gets no event when the socket closes: so the sockets are listened to as well, each once.
 */
export class HttpResponseEnds {
  readonly #open = new WeakMap<Socket, OpenResponses>();

  /** Ends what lasts as long as the response once that is over; at once if it is already. */
  whenOver(request: IncomingMessage, lasting: EndsWithResponse): void {
    if (isExchangeOver(request, lasting.response)) lasting.end();
    // Streams of HTTP/2 share their socket, and each emits its own end.
    else if (request.httpVersionMajor >= 2) lasting.response.once('close', () => lasting.end());
    else this.#of(request.socket).add(lasting);
  }

  #of(socket: Socket): OpenResponses {
    const known = this.#open.get(socket);
    if (known !== undefined) return known;
    const open = new OpenResponses(socket);
    this.#open.set(socket, open);
    return open;
  }
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
    const at = this.#lasting.findIndex((each) => isSame(each.response, response));
    if (at >= 0) this.#lasting.splice(at, 1)[0]?.end();
  }
}

/** Some hand a response on in a wrapper; its events come from the response itself. */
function isSame(one: ServerResponse, other: ServerResponse): boolean {
  return one === other || (one.req !== undefined && one.req === other.req);
}
