import type { IsolationLeak, LeakKind } from './isolation-report.js';

/** The leaks found so far: one of each kind, route and pair of tenants; the others are counted. */
export class Findings {
  readonly #leaks = new Map<string, IsolationLeak>();

  add(leak: Omit<IsolationLeak, 'more'>): void {
    const key = [leak.kind, leak.route, leak.by, leak.of].join('\n');
    const known = this.#leaks.get(key);
    this.#leaks.set(key, known === undefined ? { ...leak, more: 0 } : { ...known, more: known.more + 1 });
  }

  has(kind: LeakKind, route: string, by: string): boolean {
    return [...this.#leaks.values()].some((leak) => leak.kind === kind && leak.route === route && leak.by === by);
  }

  get leaks(): readonly IsolationLeak[] {
    return [...this.#leaks.values()];
  }
}
