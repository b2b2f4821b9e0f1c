import { inspect } from 'node:util';

/**
 * Makes `util.inspect` and JSON of an object show its name only. Diagnostics channels and debuggers of Node expose the
 * objects of a request, whose header carries the token.
 */
export function conceal(object: object, name: string): void {
  for (const method of [inspect.custom, 'toJSON'])
    Object.defineProperty(object, method, { value: () => name, configurable: true });
}
