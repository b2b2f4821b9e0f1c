import { outsideScopes } from '@tenantry/core/spi';

/** The turns of an event loop; injected, so that tests make them by hand. */
export interface Turns {
  /**
   * Calls back in the next turn, after the input and output of this one. Callbacks of one turn run in their order, with the
   * promises of each settled before the next, and outside of every scope.
   */
  next(callback: () => void): void;
}

/** The turns of Node's event loop. */
export const systemTurns: Turns = {
  next: (callback) => void outsideScopes(() => setImmediate(callback)),
};
