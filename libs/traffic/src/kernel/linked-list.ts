/** An element of a {@link LinkedList}: one list at a time. */
export interface Linked<T> {
  previous: T | undefined;
  next: T | undefined;
}

/** A queue whose elements leave from any place at the same cost. */
export class LinkedList<T extends Linked<T>> {
  #first: T | undefined;
  #last: T | undefined;
  #size = 0;

  get first(): T | undefined {
    return this.#first;
  }

  get size(): number {
    return this.#size;
  }

  push(element: T): void {
    element.previous = this.#last;
    element.next = undefined;
    if (this.#last === undefined) this.#first = element;
    else this.#last.next = element;
    this.#last = element;
    this.#size += 1;
  }

  /** Removes an element, which must be in this list. */
  remove(element: T): void {
    const { previous, next } = element;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    element.previous = element.next = undefined;
    this.#size -= 1;
  }
}
