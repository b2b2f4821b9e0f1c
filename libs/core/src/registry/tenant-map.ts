/**
 * A map keyed by tenant id. Ids are unique without regard to case, so two spellings are one key; the spelling that is in
 * use costs nothing when it is lower case.
 */
export class TenantMap<V> extends Map<string, V> {
  override get(tenantId: string): V | undefined {
    const value = super.get(tenantId);
    // What is no text is refused later, with its name; here it is only not found.
    if (value !== undefined || typeof tenantId !== 'string') return value;
    const key = tenantId.toLowerCase();
    return key === tenantId ? undefined : super.get(key);
  }

  override has(tenantId: string): boolean {
    return super.has(tenantId.toLowerCase());
  }

  override set(tenantId: string, value: V): this {
    return super.set(tenantId.toLowerCase(), value);
  }

  override delete(tenantId: string): boolean {
    return super.delete(tenantId.toLowerCase());
  }
}
