import { OptionsInvalidError, SUPER_TENANT_ID } from '@tenantry/core';

/** The permissions that the code knows. */
export interface PermissionsOptions {
  /** Permissions of every tenant, such as `projects:write`. */
  readonly permissions: readonly string[];
  /** Permissions that exist in the super tenant alone, such as `tenants:create`. Default: none. */
  readonly platformPermissions?: readonly string[];
}

/** Whether a permission exists in every tenant or in the super tenant alone. */
export type PermissionLevel = 'tenant' | 'platform';

const NAME = /^[a-z][a-z0-9-]{0,30}:[a-z][a-z0-9-]{0,30}$/;

/** The vocabulary of permissions, which the code owns: fixed for the life of the application. */
export class PermissionVocabulary {
  readonly #levels = new Map<string, PermissionLevel>();

  /** @throws `MT_OPTIONS_INVALID` for a malformed or repeated name */
  constructor({ permissions, platformPermissions = [] }: PermissionsOptions) {
    for (const name of permissions) this.#add('permissions', name, 'tenant');
    for (const name of platformPermissions) this.#add('platformPermissions', name, 'platform');
  }

  /** Every permission with its level, in the order of the options. */
  entries(): IterableIterator<[string, PermissionLevel]> {
    return this.#levels.entries();
  }

  /** Whether the code knows a permission. */
  has(permission: string): boolean {
    return this.#levels.has(permission);
  }

  /** Whether a permission can exist in a tenant. */
  existsIn(tenantId: string, permission: string): boolean {
    const level = this.#levels.get(permission);
    return level === 'tenant' || (level === 'platform' && tenantId === SUPER_TENANT_ID);
  }

  /** Every permission that can exist in a tenant. */
  of(tenantId: string): string[] {
    return [...this.#levels.keys()].filter((permission) => this.existsIn(tenantId, permission));
  }

  #add(option: string, name: string, level: PermissionLevel): void {
    if (typeof name !== 'string' || !NAME.test(name)) {
      throw new OptionsInvalidError(
        option,
        name,
        'names such as "projects:write": two words of a-z 0-9 - with a colon',
      );
    }
    if (this.#levels.has(name)) throw new OptionsInvalidError(option, name, 'each name once, in one of the two lists');
    this.#levels.set(name, level);
  }
}
