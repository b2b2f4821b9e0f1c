interface Change {
  readonly object: WeakRef<object>;
  /** The object's own member before; `undefined` = it had none. */
  readonly before: PropertyDescriptor | undefined;
}

/**
 * The function members that were exchanged through a stand-in, so that they can be restored where no tenant is: test runners
 * restore what they spy on after the test, outside of its scope.
 */
export class StandInChanges {
  readonly #changes = new Map<PropertyKey, Change[]>();

  /** Notes the member of an object that is about to be exchanged. */
  note(object: object, key: PropertyKey): void {
    const before = Reflect.getOwnPropertyDescriptor(object, key);
    const changes = this.#changes.get(key) ?? [];
    this.#changes.set(key, changes);
    if (!changes.some((change) => change.object.deref() === object))
      changes.push({ object: new WeakRef(object), before });
  }

  /** Restores a member of every object on which it was exchanged. @returns whether there was any */
  undo(key: PropertyKey): boolean {
    const changes = this.#changes.get(key);
    this.#changes.delete(key);
    for (const { object, before } of changes ?? []) restore(object.deref(), key, before);
    return changes !== undefined;
  }
}

function restore(object: object | undefined, key: PropertyKey, before: PropertyDescriptor | undefined): void {
  if (object === undefined) return;
  if (before === undefined) Reflect.deleteProperty(object, key);
  else Reflect.defineProperty(object, key, before);
}
