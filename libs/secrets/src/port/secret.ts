import { inspect } from 'node:util';

const CONCEALED = '[secret]';

/**
 * A value that is not shown by accident: text, JSON and `util.inspect` of it are `[secret]`. Only {@link reveal} gives the
 * value; call it where the value is used, and keep the result in no field.
 *
 * @typeParam T what is kept
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
    Object.freeze(this);
  }

  /** The value itself. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return CONCEALED;
  }

  toJSON(): string {
    return CONCEALED;
  }

  [Symbol.toPrimitive](): string {
    return CONCEALED;
  }

  [inspect.custom](): string {
    return CONCEALED;
  }
}
