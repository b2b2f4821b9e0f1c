import { Logger } from '@nestjs/common';
import type { ScopeExit } from './scope-hook.js';

/** What has been opened for a scope, and is undone in reverse order. No exit keeps another one from running. */
export class ScopeExits {
  readonly #exits: ScopeExit[] = [];
  #isOver = false;

  /** Adds an exit; it runs at once where the scope has ended already. */
  add(exit: ScopeExit | void): void {
    if (typeof exit !== 'function') return;
    if (this.#isOver) runExit(exit);
    else this.#exits.push(exit);
  }

  /** The scope has ended. */
  end(): void {
    this.#isOver = true;
    this.unwind();
  }

  /** Runs all exits, the last one first. */
  unwind(): void {
    for (let exit = this.#exits.pop(); exit !== undefined; exit = this.#exits.pop()) runExit(exit);
  }
}

function runExit(exit: ScopeExit): void {
  try {
    const result = exit();
    if (result instanceof Promise) result.catch(report);
  } catch (error) {
    report(error);
  }
}

function report(error: unknown): void {
  new Logger('Multitenancy').error('An exit of a scope hook failed.', error instanceof Error ? error.stack : error);
}
