import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ClsStore } from 'nestjs-cls';
import type { EndsWithResponse } from './http-response-end.js';
import { emitIn, keepResponseInContext } from './response-context.js';
import type { ResponseEmit } from './response-context.js';

/*
 * Express gives each request and response its prototype anew. V8 before 13 (Node 20 and 22) then has a layout for each of
 * them: every property is read the long way, and one that is added leaves garbage behind. So for Express all that the
 * library remembers of a response is at its socket, which lives long, and the response's events are heard by its prototype.
 */

const TURN = Symbol('tenantry.turn');
/** Node's own note of the response that has the socket. Where it were missing, every response would be kept the ordinary way. */
type TakenSocket = Socket & { [TURN]?: Turn; readonly _httpMessage?: unknown };

/** The `emit` of every prototype that is prepared. */
const hearing = new WeakSet<ResponseEmit>();

/** Whose turn it is on a socket of HTTP/1: the response that has it, or had it last. */
class Turn {
  response: ServerResponse;
  store: ClsStore;
  #lasting: EndsWithResponse | undefined;

  constructor(socket: Socket, response: ServerResponse, store: ClsStore) {
    this.response = response;
    this.store = store;
    socket.once('close', () => this.#end());
  }

  /** The one before is over, whether or not that was heard. */
  pass(response: ServerResponse, store: ClsStore): void {
    if (this.response !== response) this.#end();
    this.response = response;
    this.store = store;
  }

  /** Another waits behind: it must not set off the events of the one in front, even if that has got another prototype meanwhile. */
  keepFront(): void {
    keepResponseInContext(this.response, this.store);
  }

  /** @returns whether it takes it; an application within another may have come first */
  take(lasting: EndsWithResponse): boolean {
    if (this.#lasting !== undefined) return false;
    this.#lasting = lasting;
    return true;
  }

  emit(emit: ResponseEmit, event: Parameters<ServerResponse['emit']>): boolean {
    // First of all, as everywhere else: a listener that throws must not keep it.
    if (event[0] === 'close') this.#end();
    return emitIn(this.store, emit, this.response, event);
  }

  #end(): void {
    const lasting = this.#lasting;
    this.#lasting = undefined;
    lasting?.end();
  }
}

/** Has all responses with this prototype, the one of an Express application, find their turn. Once, however often it is asked. */
export function prepareResponses(prototype: object): void {
  const { emit } = prototype as { emit: ResponseEmit };
  if (hearing.has(emit)) return;
  const hear: ResponseEmit = function (...event) {
    const turn = turnOf(this.req, this);
    return turn === undefined ? emit.apply(this, event) : turn.emit(emit, event);
  };
  (prototype as { emit: ResponseEmit }).emit = hear;
  hearing.add(hear);
}

/**
 * As {@link keepResponseInContext}, for a response whose prototype is prepared. The socket remembers its last context until
 * the next; Node's timer of a keep-alive socket does the same.
 */
export function keepPreparedInContext(request: IncomingMessage, response: ServerResponse, store: ClsStore): void {
  // A stream of HTTP/2 that is over has none.
  const socket = request.socket as TakenSocket | undefined;
  const turn = socket?.[TURN];
  if (socket?._httpMessage !== response) {
    turn?.keepFront();
    return keepResponseInContext(response, store);
  }
  if (turn === undefined) socket[TURN] = new Turn(socket, response, store);
  else turn.pass(response, store);
}

/**
 * Ends what lasts as long as its response with the turn of that.
 *
 * @returns whether there is one, and it takes it; not where another application has given the response a prototype that
 *   nobody hears, as one does that is called by hand or stands as middleware
 */
export function endWithTurn(request: IncomingMessage, lasting: EndsWithResponse): boolean {
  if (!hearing.has((lasting.response as { emit: ResponseEmit }).emit)) return false;
  return turnOf(request, lasting.response)?.take(lasting) ?? false;
}

/** A response that is made up, as tests do, may have no request and no socket. */
function turnOf(request: IncomingMessage | undefined, response: ServerResponse): Turn | undefined {
  const turn = (request?.socket as TakenSocket | undefined)?.[TURN];
  return turn?.response === response ? turn : undefined;
}
