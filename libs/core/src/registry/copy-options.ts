/**
 * Copies options so that no two clients share them: plain objects and arrays all the way down. What has a class of its
 * own (a Date, an agent, a function) is taken over as it is.
 */
export function copyOptions<T>(options: T): T {
  if (Array.isArray(options)) return options.map((item: unknown) => copyOptions(item)) as T;
  if (!isPlainObject(options)) return options;
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, copyOptions(value)])) as T;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
