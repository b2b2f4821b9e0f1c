import type { ScopeExits } from '../context/scope-exits.js';
import { awaitOpened, inOrder } from '../context/scope-hooks.js';
import type { Opened } from '../context/scope-hooks.js';
import { ArgumentInvalidError } from '../errors/usage.errors.js';
import type { Clock } from '../kernel/clock.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import type { EntryStep, TenantEntry } from './entry-step.js';

const DEFAULT_TIMEOUT_MS = 60_000;

/** The entry steps of one application. Inject it and add a step when the application starts. */
export class EntrySteps {
  readonly #clock: Clock;
  #steps: readonly EntryStep[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether there is no step: then requests cost nothing. */
  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  /** Adds a step behind the others. @returns a function that removes it @throws `MT_ARGUMENT_INVALID` */
  add(step: EntryStep): () => void {
    if (typeof (step as Partial<EntryStep> | null)?.enter !== 'function')
      throw new ArgumentInvalidError('step', step, 'an object with the method enter');
    this.#steps = [...this.#steps, step];
    return () => void (this.#steps = this.#steps.filter((each) => each !== step));
  }

  /** Runs every step. @throws what a step throws */
  run(entry: TenantEntry, exits: ScopeExits): MaybePromise<void> {
    return inOrder(this.#steps, exits, (step) => this.#enter(step, entry));
  }

  #enter(step: EntryStep, entry: TenantEntry): Opened {
    const entered = step.enter(entry);
    if (!(entered instanceof Promise)) return entered;
    const { constructor, timeoutMs = DEFAULT_TIMEOUT_MS } = step;
    const opening = { name: `Entry step ${constructor.name}`, timeoutMs, tenantId: entry.tenant?.id };
    return awaitOpened(this.#clock, opening, entered);
  }
}
