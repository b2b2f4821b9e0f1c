import { EvalFlags, JSException } from 'quickjs-wasi';
import type { JSValueHandle, QuickJS } from 'quickjs-wasi';
import { guestError, MODULE_NAME, thrownGuestError } from './guest-error.js';
import { GuestCalls } from './guest-calls.js';
import { GuestHost } from './guest-host.js';
import type { FromThread, GuestError, GuestFault, GuestLimits, ServiceManifest } from './messages.js';
import { PRELUDE } from './prelude.js';
import type { TurnClock } from './turn-clock.js';

/** A module may use more CPU time than a turn while it loads: that happens once. */
const LOAD_TURNS = 4;

type PreludeFunction = 'load' | 'invoke' | 'settle';

/** A module that could not be loaded. */
export interface NotLoaded {
  readonly error: GuestError;
  readonly fault?: GuestFault;
}

/** One service, loaded: its machine, and the requests that it works on. */
export class Guest {
  readonly #id: number;
  readonly #machine: QuickJS;
  readonly #limits: GuestLimits;
  readonly #clock: TurnClock;
  readonly #send: (message: FromThread) => void;
  readonly #calls: GuestCalls;
  readonly #host: GuestHost;
  #functions: ReadonlyMap<PreludeFunction, JSValueHandle> = new Map();

  constructor(
    id: number,
    machine: QuickJS,
    limits: GuestLimits,
    clock: TurnClock,
    send: (message: FromThread) => void,
  ) {
    this.#id = id;
    this.#machine = machine;
    this.#limits = limits;
    this.#clock = clock;
    this.#send = send;
    this.#calls = new GuestCalls(limits);
    this.#host = new GuestHost(id, machine, limits, this.#calls, send, clock);
  }

  /** Runs the module's own code. */
  load(code: string): ServiceManifest | NotLoaded {
    const budgetMs = this.#limits.turnCpuMs * LOAD_TURNS;
    const { thrown } = this.#run(budgetMs, () => {
      this.#functions = this.#prelude();
      this.#call('load', this.#machine.evalCode(code, MODULE_NAME, EvalFlags.TYPE_MODULE));
    });
    const { loaded, notLoaded } = this.#host.outcome;
    if (this.#clock.isOver)
      return {
        error: guestError(`The module uses more than ${budgetMs} ms of CPU time while it loads.`),
        fault: 'cpu',
      };
    if (thrown !== undefined) return { error: thrownGuestError(thrown), ...faultWhileLoading(thrown) };
    if (notLoaded !== undefined) return { error: notLoaded };
    return (
      loaded ?? { error: guestError('The module does not finish loading: it awaits something that does not happen.') }
    );
  }

  /** Starts a request. @returns false = a fault, which was reported: the instance must be discarded */
  invoke(call: number, request: string): boolean {
    this.#calls.start(call);
    return this.#turn(call, () => this.#call('invoke', this.#number(call), this.#machine.newString(request)));
  }

  /** Gives the guest the result of a host call. @returns false = as {@link invoke} */
  settle(call: number, id: number, isOk: boolean, value: string): boolean {
    const { true: yes, false: no } = this.#machine;
    const text = (): JSValueHandle => this.#machine.newString(value);
    return this.#turn(call, () => this.#call('settle', this.#number(id), isOk ? yes : no, text()));
  }

  /** The caller is gone: the request's host calls are refused from now on. */
  cancel(call: number): void {
    this.#calls.end(call);
  }

  dispose(): void {
    this.#machine.dispose();
  }

  #turn(call: number, enter: () => void): boolean {
    const current = this.#calls.get(call);
    if (current === undefined) return true;
    const leftMs = Math.max(0, this.#limits.requestCpuMs - current.cpuMs);
    const { thrown, cpuMs } = this.#run(Math.min(this.#limits.turnCpuMs, leftMs), enter);
    current.cpuMs += cpuMs;
    if (thrown === undefined && !this.#clock.isOver) return true;
    const fault = this.#clock.isOver ? 'cpu' : faultOf(thrown);
    this.#send({ type: 'fault', instance: this.#id, call, cpuMs: current.cpuMs, fault });
    return false;
  }

  #run(budgetMs: number, enter: () => void): { readonly thrown: unknown; readonly cpuMs: number } {
    let thrown: unknown;
    const cpuMs = this.#clock.run(this.#id, budgetMs, () => {
      try {
        enter();
        this.#drain();
      } catch (error) {
        thrown = error;
      }
    });
    return { thrown, cpuMs };
  }

  /** Jobs until there is none: an endless chain of them ends with the turn. What a job throws is no call's result. */
  #drain(): void {
    for (;;) {
      try {
        this.#machine.executePendingJobs();
        return;
      } catch (error) {
        if (this.#clock.isOver || isFatal(error)) throw error;
      }
    }
  }

  #prelude(): ReadonlyMap<PreludeFunction, JSValueHandle> {
    const machine = this.#machine;
    const make = machine.evalCode(PRELUDE, 'host');
    const host = this.#host.handle();
    const made = machine.callFunction(make, machine.undefined, host);
    const names: readonly PreludeFunction[] = ['load', 'invoke', 'settle'];
    const functions = names.map((name) => [name, made.getProp(name)] as const);
    for (const handle of [make, host, made]) handle.dispose();
    return new Map(functions);
  }

  #number(value: number): JSValueHandle {
    return this.#machine.newNumber(value);
  }

  #call(name: PreludeFunction, ...args: JSValueHandle[]): void {
    const fn = this.#functions.get(name);
    if (fn === undefined) throw new Error(`The prelude has no function ${name}.`);
    this.#machine.callFunction(fn, this.#machine.undefined, ...args).dispose();
    for (const arg of args) arg.dispose();
  }
}

/** Whether the machine cannot be trusted after it: memory that is used up, or a trap of WebAssembly. */
function isFatal(error: unknown): boolean {
  return !(error instanceof JSException) || error.message === 'out of memory';
}

function faultOf(error: unknown): GuestFault {
  return error instanceof JSException && error.message === 'out of memory' ? 'memory' : 'trap';
}

function faultWhileLoading(error: unknown): { readonly fault?: GuestFault } {
  return isFatal(error) ? { fault: faultOf(error) } : {};
}
