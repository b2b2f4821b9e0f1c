import type { GuestLimits } from './messages.js';

/** A request that a guest works on. */
export interface GuestCall {
  cpuMs: number;
  hostCalls: number;
  logLines: number;
}

/** The requests that one guest works on, and what each may still ask of the host. */
export class GuestCalls {
  readonly #calls = new Map<number, GuestCall>();
  readonly #limits: GuestLimits;

  constructor(limits: GuestLimits) {
    this.#limits = limits;
  }

  start(call: number): void {
    this.#calls.set(call, { cpuMs: 0, hostCalls: 0, logLines: 0 });
  }

  get(call: number): GuestCall | undefined {
    return this.#calls.get(call);
  }

  /** @returns the request that has ended; `undefined` = it had before */
  end(call: number): GuestCall | undefined {
    const ended = this.#calls.get(call);
    this.#calls.delete(call);
    return ended;
  }

  /** Counts a host call. @returns why it is refused, a sentence for the guest */
  refusal(id: number, call: number, args: string | undefined): string | undefined {
    const current = this.#calls.get(call);
    if (current === undefined) return 'The request of this context has ended.';
    if (args === undefined) return 'The arguments cannot be written as JSON.';
    if (args.length > this.#limits.maxTextLength)
      return `The arguments are longer than ${this.#limits.maxTextLength} characters.`;
    return id === 0 ? this.#refusedLine(current) : this.#refusedCall(current);
  }

  #refusedCall(call: GuestCall): string | undefined {
    if (++call.hostCalls <= this.#limits.hostCallsPerRequest) return undefined;
    return `A request may call the host ${this.#limits.hostCallsPerRequest} times.`;
  }

  #refusedLine(call: GuestCall): string | undefined {
    if (++call.logLines <= this.#limits.logLinesPerRequest) return undefined;
    return `A request may log ${this.#limits.logLinesPerRequest} lines.`;
  }
}
