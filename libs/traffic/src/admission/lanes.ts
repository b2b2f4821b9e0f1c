import { BoundedMap } from '@tenantry/core/spi';
import { Lane } from './lane.js';

/** The lanes of a node: those in use, and as many of the others as are kept. */
export class Lanes {
  readonly #used = new Map<string, Lane>();
  readonly #idle: BoundedMap<Lane>;

  /** @param maxIdle lanes without a request whose measured time is kept */
  constructor(maxIdle: number) {
    this.#idle = new BoundedMap(maxIdle);
  }

  /** A lane that is about to be used, with its weight of now. */
  use(name: string, weight: number): Lane {
    const lane = this.#used.get(name) ?? this.#idle.get(name) ?? new Lane(name, weight);
    lane.weight = weight;
    return lane;
  }

  /** A request of the lane waits or is worked on. */
  used(lane: Lane): void {
    if (!lane.isIdle) return;
    this.#idle.delete(lane.name);
    this.#used.set(lane.name, lane);
  }

  /** A request of the lane has left. */
  left(lane: Lane): void {
    if (!lane.isIdle) return;
    this.#used.delete(lane.name);
    this.#idle.set(lane.name, lane);
  }

  /** The lanes that have a request. */
  inUse(): Iterable<Lane> {
    return this.#used.values();
  }
}
