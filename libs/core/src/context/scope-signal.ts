import { AsyncResource } from 'node:async_hooks';

/** The abort signal of a scope. Made when it is first read: most scopes never need one. Its listeners run in the scope. */
export class ScopeSignal {
  readonly #controller = new AbortController();
  readonly #abort = AsyncResource.bind((reason: unknown): void => this.#controller.abort(reason));

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#abort(reason);
  }
}
