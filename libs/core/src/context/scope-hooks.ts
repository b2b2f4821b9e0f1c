import { AsyncResource } from 'node:async_hooks';
import { HttpException } from '@nestjs/common';
import { ScopeHookFailedError, ScopeHookTimeoutError } from '../errors/hook.errors.js';
import { ArgumentInvalidError } from '../errors/usage.errors.js';
import type { Clock } from '../kernel/clock.js';
import { withinDeadline } from '../kernel/deadline.js';
import { keepAlive } from '../kernel/keep-alive.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import type { ScopeExits } from './scope-exits.js';
import type { HookedScope, ScopeExit, ScopeHook } from './scope-hook.js';

const DEFAULT_TIMEOUT_MS = 10_000;

/** What a list of hooks or steps needs to call one of them. */
export interface Opening {
  /** Name for errors. */
  readonly name: string;
  readonly timeoutMs: number;
  readonly tenantId: string | undefined;
}

/** Something that opens, and gives what undoes it. */
export type Opened = MaybePromise<ScopeExit | void>;

/**
 * The scope hooks of one application. Inject it and add a hook when the application starts; a scope that is open already is not
 * affected.
 */
export class ScopeHooks {
  readonly #clock: Clock;
  #hooks: readonly ScopeHook[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether there is no hook: then scopes cost nothing. */
  get isEmpty(): boolean {
    return this.#hooks.length === 0;
  }

  /** Adds a hook behind the others. @returns a function that removes it @throws `MT_ARGUMENT_INVALID` */
  add(hook: ScopeHook): () => void {
    if (typeof (hook as Partial<ScopeHook> | null)?.opened !== 'function')
      throw new ArgumentInvalidError('hook', hook, 'an object with the method opened');
    this.#hooks = [...this.#hooks, hook];
    return () => void (this.#hooks = this.#hooks.filter((each) => each !== hook));
  }

  /** Runs every hook. Called inside the scope. @throws what a hook throws; the hooks before it are undone then */
  run(scope: HookedScope, exits: ScopeExits): MaybePromise<void> {
    return inOrder(this.#hooks, exits, (hook) => this.#open(hook, scope));
  }

  #open(hook: ScopeHook, scope: HookedScope): Opened {
    const { constructor, timeoutMs = DEFAULT_TIMEOUT_MS } = hook;
    const opened = calledHook(hook, scope);
    if (!(opened instanceof Promise)) return inThisContext(opened);
    const opening = { name: `Scope hook ${constructor.name}`, timeoutMs, tenantId: scope.tenant.id };
    return awaitOpened(this.#clock, opening, opened).then(inThisContext, (error: unknown) => {
      throw codedError(error, scope);
    });
  }
}

function calledHook(hook: ScopeHook, scope: HookedScope): Opened {
  try {
    return hook.opened(scope);
  } catch (error) {
    throw codedError(error, scope);
  }
}

/** An error that every transport can answer. */
function codedError(error: unknown, { tenant }: HookedScope): unknown {
  return error instanceof HttpException ? error : new ScopeHookFailedError(error, tenant.id);
}

/** Calls one after the other, without a promise where none gives one. */
export function inOrder<E>(
  elements: readonly E[],
  exits: ScopeExits,
  open: (element: E) => Opened,
  from = 0,
): MaybePromise<void> {
  try {
    for (let index = from; index < elements.length; index += 1) {
      const opened = open(elements[index] as E);
      if (opened instanceof Promise) return continued(elements, exits, open, { opened, next: index + 1 });
      exits.add(opened);
    }
    return undefined;
  } catch (error) {
    exits.unwind();
    throw error;
  }
}

async function continued<E>(
  elements: readonly E[],
  exits: ScopeExits,
  open: (element: E) => Opened,
  { opened, next }: { readonly opened: Promise<ScopeExit | void>; readonly next: number },
): Promise<void> {
  try {
    exits.add(await opened);
  } catch (error) {
    exits.unwind();
    throw error;
  }
  await inOrder(elements, exits, open, next);
}

/** Awaits for so long. What opens later is undone at once. @throws `MT_HOOK_TIMEOUT` */
export function awaitOpened(
  clock: Clock,
  { name, timeoutMs, tenantId }: Opening,
  opened: Promise<ScopeExit | void>,
): Promise<ScopeExit | void> {
  let isLate = false;
  const undoLate = (exit: ScopeExit | void): void => {
    if (isLate && typeof exit === 'function') void exit();
  };
  const onTimeout = (): Error => {
    isLate = true;
    return new ScopeHookTimeoutError(name, timeoutMs, tenantId);
  };
  opened.then(undoLate, () => undefined);
  return keepAlive(
    clock,
    withinDeadline({ clock, timeoutMs, onTimeout }, () => opened),
  );
}

/** Exits run in the context of their hook, wherever the scope ends. */
function inThisContext(exit: ScopeExit | void): ScopeExit | void {
  return typeof exit === 'function' ? AsyncResource.bind(exit) : undefined;
}
