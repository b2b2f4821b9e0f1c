import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ClsStore } from 'nestjs-cls';
import type { EndsWithResponse } from './http-response-end.js';
import { emitIn, keepResponseInContext } from './response-context.js';
import type { ResponseEmit } from './response-context.js';

/*
 * Express sets the prototype of each request and response. V8 before 13 (Node 20 and 22) then has a layout for each of
 * them: every property access is slow, and one that is added leaves garbage behind. So for Express all that the
 * library stores of a response is at its socket, which lives long, and the response's events pass through its prototype.
 */

const TURN = Symbol('tenantry.turn');
/** Node's own note of the response that has the socket. Where it were missing, every response would be kept the ordinary way. */
type TakenSocket = Socket & { [TURN]?: Turn; readonly _httpMessage?: unknown };

/** The `emit` of every prototype that is prepared. */
const prepared = new WeakSet<ResponseEmit>();

/** Whose turn it is on a socket of HTTP/1: the response that has it, or had it last. */
class Turn {
  response: ServerResponse;
  store: ClsStore;
  #lasting: EndsWithResponse | undefined;

  constructor(socket: Socket, lasting: EndsWithResponse, store: ClsStore) {
    this.response = lasting.response;
    this.#lasting = lasting;
    this.store = store;
    socket.once('close', () => this.#end());
  }

  /**
   * The one before is over, whether or not that was seen.
   *
   * @returns whether it takes what ends with the response; an application within another may have come first
   */
  pass(lasting: EndsWithResponse, store: ClsStore): boolean {
    const isSame = this.response === lasting.response;
    if (!isSame) this.#end();
    this.response = lasting.response;
    this.store = store;
    if (isSame && this.#lasting !== undefined) return false;
    this.#lasting = lasting;
    return true;
  }

  /** Another waits behind: it must not set off the events of the one in front, even if that has got another prototype meanwhile. */
  keepFront(): void {
    keepResponseInContext(this.response, this.store);
  }

  emit(emit: ResponseEmit, event: Parameters<ServerResponse['emit']>): boolean {
    // Before the listeners, as everywhere else: one that throws must not prevent it.
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
  if (prepared.has(emit)) return;
  const emitInTurn: ResponseEmit = function (...event) {
    const turn = turnOf(this.req, this);
    return turn === undefined ? emit.apply(this, event) : turn.emit(emit, event);
  };
  (prototype as { emit: ResponseEmit }).emit = emitInTurn;
  prepared.add(emitInTurn);
}

/**
 * As {@link keepResponseInContext}, for a response whose prototype is prepared. The socket keeps its last context until
 * the next; Node's timer of a keep-alive socket does the same.
 */
export function keepPreparedInContext(request: IncomingMessage, lasting: EndsWithResponse, store: ClsStore): boolean {
  const { response } = lasting;
  // A stream of HTTP/2 that is over has none.
  const socket = request.socket as TakenSocket | undefined;
  const turn = socket?.[TURN];
  if (socket?._httpMessage !== response) {
    turn?.keepFront();
    return keepResponseInContext(response, store, lasting);
  }
  if (turn !== undefined) return turn.pass(lasting, store);
  socket[TURN] = new Turn(socket, lasting, store);
  return true;
}

/**
 * Whether the events of a response still pass here; not where another application has given it a prototype of its own, as one
 * does that is called by hand or stands as middleware.
 */
export function isStillPrepared(response: ServerResponse): boolean {
  return prepared.has((response as { emit: ResponseEmit }).emit);
}

/** A response without a network connection, as in tests, may have no request and no socket. */
function turnOf(request: IncomingMessage | undefined, response: ServerResponse): Turn | undefined {
  const turn = (request?.socket as TakenSocket | undefined)?.[TURN];
  return turn?.response === response ? turn : undefined;
}
