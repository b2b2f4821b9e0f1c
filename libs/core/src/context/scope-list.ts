import type { TenantScope } from './tenant-scope.js';

/** The scopes that are open, as a list through the scopes themselves: one that opens and ends costs no allocation. */
export class ScopeList {
  #first: TenantScope | undefined;

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  add(scope: TenantScope): void {
    const next = this.#first;
    scope.next = next;
    if (next !== undefined) next.previous = scope;
    this.#first = scope;
  }

  remove(scope: TenantScope): void {
    const { previous, next } = scope;
    if (previous !== undefined) previous.next = next;
    else if (this.#first === scope) this.#first = next;
    if (next !== undefined) next.previous = previous;
    scope.previous = scope.next = undefined;
  }

  /** All of them as of now, also while they end. */
  all(): TenantScope[] {
    const scopes: TenantScope[] = [];
    for (let scope = this.#first; scope !== undefined; scope = scope.next) scopes.push(scope);
    return scopes;
  }
}
