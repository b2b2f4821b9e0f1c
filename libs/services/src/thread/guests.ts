import { Guest } from './guest.js';
import type { NotLoaded } from './guest.js';
import { thrownGuestError } from './guest-error.js';
import type { FromThread, GuestLimits, ServiceManifest, ToThread } from './messages.js';
import type { TurnClock } from './turn-clock.js';
import { createMachine } from './virtual-machine.js';
import type { EngineModule } from './virtual-machine.js';

/** All instances of one thread. */
export class Guests {
  readonly #wasm: EngineModule;
  readonly #clock: TurnClock;
  readonly #send: (message: FromThread) => void;
  readonly #guests = new Map<number, Guest>();

  constructor(wasm: EngineModule, clock: TurnClock, send: (message: FromThread) => void) {
    this.#wasm = wasm;
    this.#clock = clock;
    this.#send = send;
  }

  async handle(message: ToThread): Promise<void> {
    if (message.type === 'load') await this.#load(message.instance, message.code, message.limits);
    else if (message.type === 'validate') await this.#validate(message);
    else this.#handleFor(message.instance, message);
  }

  #handleFor(instance: number, message: Exclude<ToThread, { type: 'load' | 'validate' }>): void {
    const guest = this.#guests.get(instance);
    if (guest === undefined) return;
    if (message.type === 'unload') this.#discard(instance);
    else if (message.type === 'cancel') guest.cancel(message.call);
    else if (!workOn(guest, message)) this.#discard(instance);
  }

  async #load(instance: number, code: string, limits: GuestLimits): Promise<void> {
    const loaded = await this.#open(instance, code, limits);
    if ('handlers' in loaded) this.#send({ type: 'loaded', instance, manifest: loaded });
    else this.#send({ type: 'notLoaded', instance, ...loaded });
  }

  async #open(instance: number, code: string, limits: GuestLimits): Promise<ServiceManifest | NotLoaded> {
    try {
      const guest = new Guest(
        instance,
        await createMachine(this.#wasm, limits, this.#clock),
        limits,
        this.#clock,
        this.#send,
      );
      this.#guests.set(instance, guest);
      const loaded = guest.load(code);
      if (!('handlers' in loaded)) this.#discard(instance);
      return loaded;
    } catch (error) {
      this.#guests.delete(instance);
      return { error: thrownGuestError(error), fault: 'trap' };
    }
  }

  async #validate({ source, isTypeScript, limits }: Extract<ToThread, { type: 'validate' }>): Promise<void> {
    // Loaded here alone: it has 3.7 MB, and threads that run services have no use for it.
    const stripped = isTypeScript ? (await import('./strip-types.js')).stripTypes(source) : { code: source };
    if ('error' in stripped) return this.#send({ type: 'invalid', error: stripped.error });
    const loaded = await this.#open(0, stripped.code, limits);
    if ('handlers' in loaded) this.#send({ type: 'validated', code: stripped.code, manifest: loaded });
    else this.#send({ type: 'invalid', error: loaded.error });
  }

  #discard(instance: number): void {
    this.#guests.get(instance)?.dispose();
    this.#guests.delete(instance);
  }
}

function workOn(guest: Guest, message: Extract<ToThread, { type: 'invoke' | 'settle' }>): boolean {
  if (message.type === 'invoke') return guest.invoke(message.call, message.request);
  return guest.settle(message.call, message.id, message.isOk, message.value);
}
