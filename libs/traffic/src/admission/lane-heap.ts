import type { Lane } from './lane.js';

/** The lanes that wait, the one that has had the least of its share first. */
export class LaneHeap {
  readonly #lanes: Lane[] = [];

  get first(): Lane | undefined {
    return this.#lanes[0];
  }

  add(lane: Lane): void {
    lane.place = this.#lanes.length;
    this.#lanes.push(lane);
    this.#up(lane);
  }

  /** Moves a lane whose share has changed; nothing where it does not wait. */
  moved(lane: Lane): void {
    if (lane.place < 0) return;
    this.#up(lane);
    this.#down(lane);
  }

  remove(lane: Lane): void {
    if (lane.place < 0) return;
    const last = this.#lanes.pop() as Lane;
    const { place } = lane;
    lane.place = -1;
    if (last === lane) return;
    this.#put(last, place);
    this.moved(last);
  }

  #up(lane: Lane): void {
    while (lane.place > 0) {
      const parent = this.#lanes[(lane.place - 1) >> 1] as Lane;
      if (parent.virtualTime <= lane.virtualTime) return;
      this.#swap(lane, parent);
    }
  }

  #down(lane: Lane): void {
    for (let child = this.#lesserChild(lane); child !== undefined; child = this.#lesserChild(lane)) {
      if (child.virtualTime >= lane.virtualTime) return;
      this.#swap(lane, child);
    }
  }

  #lesserChild({ place }: Lane): Lane | undefined {
    const left = this.#lanes[2 * place + 1];
    const right = this.#lanes[2 * place + 2];
    return right !== undefined && right.virtualTime < (left as Lane).virtualTime ? right : left;
  }

  #swap(one: Lane, other: Lane): void {
    const { place } = one;
    this.#put(one, other.place);
    this.#put(other, place);
  }

  #put(lane: Lane, place: number): void {
    this.#lanes[place] = lane;
    lane.place = place;
  }
}
