import type { JSValueHandle, QuickJS } from 'quickjs-wasi';
import { parsedGuestError } from './guest-error.js';
import type { GuestCalls } from './guest-calls.js';
import type { FromThread, GuestError, GuestLimits, ServiceManifest } from './messages.js';
import type { TurnClock } from './turn-clock.js';

/** What loading a module came to. */
export interface LoadOutcome {
  loaded?: ServiceManifest;
  notLoaded?: GuestError;
}

/** The functions that the prelude gets: the only way from a guest to the host. They take numbers and texts, and read nothing else. */
export class GuestHost {
  /** Filled while the module loads. */
  readonly outcome: LoadOutcome = {};
  readonly #id: number;
  readonly #machine: QuickJS;
  readonly #limits: GuestLimits;
  readonly #calls: GuestCalls;
  readonly #send: (message: FromThread) => void;
  readonly #clock: TurnClock;

  constructor(
    id: number,
    machine: QuickJS,
    limits: GuestLimits,
    calls: GuestCalls,
    send: (message: FromThread) => void,
    clock: TurnClock,
  ) {
    this.#clock = clock;
    this.#id = id;
    this.#machine = machine;
    this.#limits = limits;
    this.#calls = calls;
    this.#send = send;
  }

  /** An object with the functions. The caller disposes it. */
  handle(): JSValueHandle {
    const object = this.#machine.newObject();
    this.#add(object, 'replied', (call, text) => this.#replied(numberOf(call), textOf(text) ?? 'null'));
    this.#add(object, 'failed', (call, text) => this.#failed(numberOf(call), parsedGuestError(textOf(text) ?? '{}')));
    this.#add(object, 'loaded', (before, after) => {
      this.outcome.loaded = { handlers: { in: numberOf(before), out: numberOf(after) } };
    });
    this.#add(object, 'notLoaded', (text) => {
      this.outcome.notLoaded = parsedGuestError(textOf(text) ?? '{}');
    });
    this.#add(object, 'called', (call, id, name, args) =>
      this.#called(numberOf(call), numberOf(id), textOf(name) ?? '', textOf(args)),
    );
    return object;
  }

  #add(
    object: JSValueHandle,
    name: string,
    fn: (...args: (JSValueHandle | undefined)[]) => string | undefined | void,
  ): void {
    const machine = this.#machine;
    const handle = machine.newFunction(name, (...args) => {
      const result = fn(...args);
      return typeof result === 'string' ? machine.newString(result) : machine.undefined;
    });
    machine.setProp(object, name, handle);
    handle.dispose();
  }

  #replied(call: number, reply: string): void {
    if (reply.length > this.#limits.maxTextLength)
      return this.#failed(call, { message: `The response is longer than ${this.#limits.maxTextLength} characters.` });
    const ended = this.#calls.end(call);
    if (ended !== undefined)
      this.#send({ type: 'reply', instance: this.#id, call, cpuMs: ended.cpuMs + this.#clock.elapsedMs, reply });
  }

  #failed(call: number, error: GuestError): void {
    const ended = this.#calls.end(call);
    if (ended !== undefined)
      this.#send({ type: 'failed', instance: this.#id, call, cpuMs: ended.cpuMs + this.#clock.elapsedMs, error });
  }

  #called(call: number, id: number, name: string, args: string | undefined): string | undefined {
    const refusal = this.#calls.refusal(id, call, args);
    if (refusal === undefined) this.#send({ type: 'hostCall', instance: this.#id, call, id, name, args: args ?? '' });
    return refusal;
  }
}

/** No conversion of other values: it would run guest code. */
function textOf(value: JSValueHandle | undefined): string | undefined {
  return value?.isString === true ? value.toString() : undefined;
}

function numberOf(value: JSValueHandle | undefined): number {
  return value?.isNumber === true ? value.toNumber() : -1;
}
