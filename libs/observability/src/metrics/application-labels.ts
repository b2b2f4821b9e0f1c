/** Labels of the applications that measure now, by what their meters come from. Shared, so that applications of one process find each other. */
const labels = new WeakMap<object, Set<string>>();

/** A label that no other application of the process has at one meter provider. */
export interface ApplicationLabel {
  /** `undefined` = the only application without a name has no label. */
  readonly value: string | undefined;
  /** Whether the name was taken, so that the value has the id of the application in it. */
  readonly isGenerated: boolean;
  /** Gives it up. Idempotent. */
  release(): void;
}

/**
 * Takes the label of an application at a provider: its name, or its name and id where another application has that.
 *
 * @param provider what its meter comes from
 */
export function takeApplicationLabel(
  provider: object,
  name: string | undefined,
  applicationId: string,
): ApplicationLabel {
  const taken = labels.get(provider) ?? new Set<string>();
  labels.set(provider, taken);
  const isGenerated = taken.has(name ?? '');
  const value = isGenerated ? [name, applicationId].filter((part) => part !== undefined).join('-') : name;
  taken.add(value ?? '');
  return { value, isGenerated, release: () => void taken.delete(value ?? '') };
}
