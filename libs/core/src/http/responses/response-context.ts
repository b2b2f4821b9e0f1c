import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ClsServiceManager } from 'nestjs-cls';
import type { ClsStore } from 'nestjs-cls';
import type { EndsWithResponse } from './http-response-end.js';

type Event = Parameters<ServerResponse['emit']>;

/** The method of a response, as a value that is called with it. */
export type ResponseEmit = (this: ServerResponse, ...event: Event) => boolean;

/** Two methods of a response, likewise. */
interface Methods {
  emit: ResponseEmit;
  assignSocket: (this: ServerResponse, socket: Socket) => void;
}

/** What is stored of a response: its context, and the methods that it had before. */
interface Kept {
  store: ClsStore;
  readonly emit: ResponseEmit;
  /** What ends with it. */
  readonly lasting: EndsWithResponse | undefined;
  /** Only of a response that waits for its socket. */
  assignSocket: Methods['assignSocket'] | undefined;
}

const KEPT = Symbol('tenantry.response-context');
type KeptResponse = ServerResponse & { [KEPT]: Kept };

const cls = ClsServiceManager.getClsService();
/**
 * Has a response emit its events in one context, always. A keep-alive socket is shared: Node lets the response in
 * front of it, or one that waits behind it, set off its 'drain' and 'finish' in their own context, and the stream that is
 * piped into it would continue in another tenant's scope. Asked again, as applications within applications do, the last context
 * is the one.
 *
 * @param lasting what ends with the response
 * @returns whether it does; where not, the caller has to listen
 */
export function keepResponseInContext(response: ServerResponse, store: ClsStore, lasting?: EndsWithResponse): boolean {
  const earlier = (response as Partial<KeptResponse>)[KEPT];
  if (earlier === undefined) return keep(response, store, lasting);
  earlier.store = store;
  return false;
}

/**
 * Keeps a response that is kept for the first time.
 *
 * @returns whether its end is certain to be seen: a response that waits for its socket may never get it
 */
function keep(response: ServerResponse, store: ClsStore, lasting: EndsWithResponse | undefined): boolean {
  const kept: Kept = { store, emit: (response as Methods).emit, lasting, assignSocket: undefined };
  (response as KeptResponse)[KEPT] = kept;
  // The same functions for all: with a closure per response in place of `emit`, responses outlive young collections, and each costs the
  // garbage collector 10 µs and more.
  response.emit = emitInContext;
  if (response.socket !== null) return true;
  // It waits for its socket, and gets it from the one in front, in that one's context; what it has kept is sent in its own.
  kept.assignSocket = (response as Methods).assignSocket;
  response.assignSocket = assignSocketInContext;
  return false;
}

function emitInContext(this: KeptResponse, ...event: Event): boolean {
  const { store, emit, lasting } = this[KEPT];
  // Before the listeners: one that throws must not prevent it.
  if (event[0] === 'close') lasting?.end();
  return emitIn(store, emit, this, event);
}

/** Calls `emit` in a context. */
export function emitIn(store: ClsStore, emit: ResponseEmit, response: ServerResponse, event: Event): boolean {
  return cls.get() === store ? emit.apply(response, event) : cls.runWith(store, () => emit.apply(response, event));
}

function assignSocketInContext(this: KeptResponse, socket: Socket): void {
  const { store, assignSocket } = this[KEPT];
  cls.runWith(store, () => assignSocket?.call(this, socket));
}
