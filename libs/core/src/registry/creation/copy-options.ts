type Copies = Map<object, object>;

/**
 * Copies options so that no two clients share them: plain objects and arrays all the way down, also where they contain
 * themselves. What has a class of its own (a Date, an agent, a function) is taken over as it is.
 */
export function copyOptions<T>(options: T): T {
  return copy(options, new Map()) as T;
}

function copy(value: unknown, copies: Copies): unknown {
  if (!isCopied(value)) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const target = Array.isArray(value) ? new Array<unknown>(value.length) : {};
  copies.set(value, target);
  for (const [key, item] of Object.entries(value)) {
    // Not by assignment, to which `__proto__` would be more than a key.
    const property = { value: copy(item, copies), writable: true, enumerable: true, configurable: true };
    Object.defineProperty(target, key, property);
  }
  return target;
}

function isCopied(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
