import { deferred } from '../kernel/deferred.js';
import type { Deferred } from '../kernel/deferred.js';
import type { ServiceLimits } from '../kernel/service-limits.js';
import type { FromThread, GuestError, GuestFault, ServiceManifest, ToThread } from '../thread/messages.js';

/** Requests that were given up, after which an instance is replaced: each leaves something in its memory. */
const MOST_CANCELLED = 20;

/** How a call ended, as its instance knows it. */
export type CallEnd =
  | { readonly type: 'reply'; readonly cpuMs: number; readonly reply: string }
  | { readonly type: 'failed'; readonly cpuMs: number; readonly error: GuestError }
  | { readonly type: 'fault'; readonly cpuMs: number; readonly fault: GuestFault | 'thread' }
  /** Another request ended the instance or its thread. */
  | { readonly type: 'interrupted'; readonly cpuMs: 0 };

/** A request of the guest to the host. `null` = no answer is awaited. */
export type HostCallHandler = (name: string, args: string, answer: HostCallAnswer | null) => void;

/** Gives the guest the result of its call: a JSON text (empty = `undefined`), or the message of an error. */
type HostCallAnswer = (isOk: boolean, value: string) => void;

/** How a module came to be loaded. */
export type LoadEnd =
  { readonly manifest: ServiceManifest } | { readonly error: GuestError; readonly fault?: GuestFault | 'thread' };

/** What an instance needs of its thread. */
export interface InstanceThread {
  post(message: ToThread): void;
  busy(): void;
  idle(): void;
  /** The instance is gone. */
  remove(instance: number): void;
}

interface PendingCall extends Deferred<CallEnd> {
  readonly onHostCall: HostCallHandler;
}

/** The main thread's side of one loaded service. */
export class Instance {
  readonly id: number;
  readonly limits: ServiceLimits;
  readonly #thread: InstanceThread;
  readonly #calls = new Map<number, PendingCall>();
  #loading: Deferred<LoadEnd> | undefined;
  #isGone = false;
  #isRetired = false;
  #cancelled = 0;

  constructor(id: number, limits: ServiceLimits, thread: InstanceThread) {
    this.id = id;
    this.limits = limits;
    this.#thread = thread;
  }

  /** Requests that it works on. */
  get calls(): number {
    return this.#calls.size;
  }

  /** Whether it takes requests. */
  get isUsable(): boolean {
    return !this.#isGone && !this.#isRetired;
  }

  get isLoading(): boolean {
    return this.#loading !== undefined;
  }

  load(code: string): Promise<LoadEnd> {
    this.#thread.post({ type: 'load', instance: this.id, code, limits: this.limits });
    return this.watched();
  }

  /** Has the watchdog watch the thread; resolves when that has ended. */
  watched(): Promise<LoadEnd> {
    this.#loading = deferred();
    this.#thread.busy();
    return this.#loading.promise;
  }

  /** Sends a request. @param call a number that no other call of the thread has */
  invoke(call: number, request: string, onHostCall: HostCallHandler): Promise<CallEnd> {
    if (this.#isGone) return Promise.resolve({ type: 'interrupted', cpuMs: 0 });
    const pending = { ...deferred<CallEnd>(), onHostCall };
    this.#calls.set(call, pending);
    this.#thread.busy();
    this.#thread.post({ type: 'invoke', instance: this.id, call, request });
    return pending.promise;
  }

  /** Gives a request up: its caller is gone or was answered. Its guest keeps what it holds until the instance is unloaded. */
  cancel(call: number): void {
    if (!this.#calls.has(call)) return;
    this.#thread.post({ type: 'cancel', instance: this.id, call });
    this.#end(call, { type: 'interrupted', cpuMs: 0 });
    if (++this.#cancelled >= MOST_CANCELLED) this.retire();
  }

  /** Takes no more requests, and is unloaded when those that it works on have ended. */
  retire(): void {
    this.#isRetired = true;
    if (this.#calls.size === 0) this.unload();
  }

  unload(): void {
    if (this.#isGone) return;
    this.#thread.post({ type: 'unload', instance: this.id });
    this.#leave();
  }

  handle(message: FromThread): void {
    if (message.type === 'loaded') this.#loaded({ manifest: message.manifest });
    else if (message.type === 'notLoaded') this.#notLoaded(message);
    else if (message.type === 'reply' || message.type === 'failed') this.#end(message.call, message);
    else if (message.type === 'fault') this.#fault(message.call, message);
    else if (message.type === 'hostCall') this.#hostCall(message);
  }

  /** @param isCulprit whether the thread was ended because this instance did not yield */
  threadEnded(isCulprit: boolean): void {
    this.#loaded({ error: { message: 'The thread was ended.' }, ...(isCulprit && { fault: 'thread' }) });
    this.#leave(isCulprit ? { type: 'fault', cpuMs: 0, fault: 'thread' } : undefined);
  }

  #notLoaded({ error, fault }: Extract<FromThread, { type: 'notLoaded' }>): void {
    this.#isGone = true;
    this.#thread.remove(this.id);
    this.#loaded({ error, ...(fault !== undefined && { fault }) });
  }

  #loaded(end: LoadEnd): void {
    if (this.#loading === undefined) return;
    this.#loading.resolve(end);
    this.#loading = undefined;
    this.#thread.idle();
  }

  /** The thread has discarded the instance: its other requests end with it. */
  #fault(call: number, end: CallEnd): void {
    this.#end(call, end);
    this.#leave();
  }

  #leave(end: CallEnd = { type: 'interrupted', cpuMs: 0 }): void {
    if (!this.#isGone) this.#thread.remove(this.id);
    this.#isGone = true;
    for (const call of [...this.#calls.keys()]) this.#end(call, end);
  }

  #end(call: number, end: CallEnd): void {
    const pending = this.#calls.get(call);
    if (pending === undefined) return;
    this.#calls.delete(call);
    this.#thread.idle();
    pending.resolve(end);
    if (this.#isRetired && this.#calls.size === 0) this.unload();
  }

  #hostCall({ call, id, name, args }: Extract<FromThread, { type: 'hostCall' }>): void {
    const settle: HostCallAnswer = (isOk, value) => {
      if (this.#calls.has(call)) this.#thread.post({ type: 'settle', instance: this.id, call, id, isOk, value });
    };
    this.#calls.get(call)?.onHostCall(name, args, id === 0 ? null : settle);
  }
}
