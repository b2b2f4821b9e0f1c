import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ClsServiceManager } from 'nestjs-cls';
import type { ClsStore } from 'nestjs-cls';

const KEPT = Symbol('tenantry.response-context');

/** Two methods of a response, as values. */
interface Methods {
  readonly emit: (this: ServerResponse, ...event: Parameters<ServerResponse['emit']>) => boolean;
  readonly assignSocket: (this: ServerResponse, socket: Socket) => void;
}

/** What a response remembers: its context, and the methods that it had before. */
interface Kept extends Methods {
  readonly store: ClsStore;
}

type KeptResponse = ServerResponse & { [KEPT]: Kept };

const cls = ClsServiceManager.getClsService();

/**
 * Has a response tell its events in the running context, always. A keep-alive socket is shared: Node lets the response in
 * front of it, or one that waits behind it, set off its 'drain' and 'finish' in their own context, and the stream that is
 * piped into it would go on in another tenant's name. Asked again, as applications within applications do, the last context
 * is the one.
 */
export function keepResponseInContext(response: ServerResponse): void {
  const { emit, assignSocket } = (response as Partial<KeptResponse>)[KEPT] ?? (response as Methods);
  (response as KeptResponse)[KEPT] = { store: cls.get(), emit, assignSocket };
  // The same functions for all: with a closure of its own in place of `emit`, no response dies young, and each costs the
  // garbage collector 10 µs and more.
  response.emit = emitInContext;
  // It waits for its socket, and gets it from the one in front, in that one's context; what it has kept is sent in its own.
  if (response.socket === null) response.assignSocket = assignSocketInContext;
}

function emitInContext(this: KeptResponse, ...event: Parameters<ServerResponse['emit']>): boolean {
  const { store, emit } = this[KEPT];
  return cls.get() === store ? emit.apply(this, event) : cls.runWith(store, () => emit.apply(this, event));
}

function assignSocketInContext(this: KeptResponse, socket: Socket): void {
  const { store, assignSocket } = this[KEPT];
  cls.runWith(store, () => assignSocket.call(this, socket));
}
