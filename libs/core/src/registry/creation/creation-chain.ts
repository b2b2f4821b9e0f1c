import { AsyncLocalStorage } from 'node:async_hooks';
import { outsideScopes } from '../../kernel/outside-scopes.js';
import type { Dependent } from '../dependent.js';

/**
 * A creation as a node of the wait-for graph. A wait that would close a cycle is refused: it could only
 * end with a timeout.
 */
export class CreationNode {
  /** Whether its factory runs. A client's own timers and sockets outlive that and must not look recursive. */
  running = false;
  /** The client that it makes, as those know it that its factory acquires; of its own tenant only. */
  dependentOf: (tenantId: string) => Dependent | undefined = () => undefined;
  readonly #waits = new Set<{ readonly on: CreationNode }>();

  /** Notes that it cannot end before another has. @returns a function that takes the note back */
  waitsFor(on: CreationNode): () => void {
    const wait = { on };
    this.#waits.add(wait);
    return () => void this.#waits.delete(wait);
  }

  /** Whether it is the other one, or waits for it, directly or not. */
  leadsTo(other: CreationNode): boolean {
    if (this === other) return true;
    for (const { on } of this.#waits) if (on.leadsTo(other)) return true;
    return false;
  }
}

const current = new AsyncLocalStorage<CreationNode>();
/** Factories that run now, of all registries. */
let running = 0;

/** The creation whose factory called the running code, directly or not. */
export function callingCreation(): CreationNode | undefined {
  const node = current.getStore();
  return node?.running ? node : undefined;
}

/** Calls a factory outside of every scope, but with the knowledge of what is being created. */
export async function withinCreation<R>(node: CreationNode, factory: () => R | Promise<R>): Promise<R> {
  node.running = true;
  running += 1;
  try {
    return await outsideScopes(() => current.run(node, async () => factory()));
  } finally {
    node.running = false;
    running -= 1;
    // On Node 20 and 22 each storage that is enabled costs something at every promise of the process; `run` enables it again.
    if (running === 0) current.disable();
  }
}
