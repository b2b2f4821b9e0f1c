/** Own keys that a proxy's target cannot lose: JavaScript wants them shown. */
export function fixedKeys(target: object): PropertyKey[] & (string | symbol)[] {
  return Reflect.ownKeys(target).filter((key) => isFixed(target, key));
}

/**
 * A descriptor as a proxy may show it: what its target does not have must be configurable, what the target cannot lose must not.
 *
 * @param shownValue what is shown of a value that is a function
 */
export function shownDescriptor(
  target: object,
  key: PropertyKey,
  descriptor: PropertyDescriptor | undefined,
  shownValue: (value: (...args: never[]) => unknown) => unknown,
): PropertyDescriptor | undefined {
  if (isFixed(target, key))
    return {
      ...Reflect.getOwnPropertyDescriptor(target, key),
      ...(descriptor && { value: descriptor.value as unknown }),
    };
  if (descriptor === undefined) return undefined;
  const value: unknown = descriptor.value;
  const shown = typeof value === 'function' ? { value: shownValue(value as () => unknown) } : {};
  return { ...descriptor, ...shown, configurable: true };
}

/** A descriptor to be defined on the real object; `undefined` = a proxy may not report it as defined. */
export function definableDescriptor(
  descriptor: PropertyDescriptor,
  rawOf: (value: unknown) => unknown,
): PropertyDescriptor | undefined {
  if (descriptor.configurable === false) return undefined;
  return 'value' in descriptor ? { ...descriptor, value: rawOf(descriptor.value) } : descriptor;
}

function isFixed(target: object, key: PropertyKey): boolean {
  return Reflect.getOwnPropertyDescriptor(target, key)?.configurable === false;
}
