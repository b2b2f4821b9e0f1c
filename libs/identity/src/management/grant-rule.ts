import type { Role } from '../port/account.js';
import { APPLICATION } from '../port/identity-principal.js';
import type { IdentityActor } from '../port/identity-principal.js';
import { GrantRefusedError, IdentityInputError } from '../port/identity.errors.js';
import type { Authorizations } from '../permissions/authorizations.js';
import type { PermissionVocabulary } from '../permissions/permission-vocabulary.js';

/** A user grants only permissions that this user holds, in this user's own tenant. */
export class GrantRule {
  readonly #vocabulary: PermissionVocabulary;
  readonly #authorizations: Authorizations;

  constructor(vocabulary: PermissionVocabulary, authorizations: Authorizations) {
    this.#vocabulary = vocabulary;
    this.#authorizations = authorizations;
  }

  /** Insists on an actor of the tenant. @throws `MT_GRANT_REFUSED` */
  assertTenant(tenantId: string, actor: IdentityActor): void {
    if (actor === APPLICATION || actor.tenantId === tenantId) return;
    throw new GrantRefusedError('Accounts and roles of another tenant are not yours to change.', tenantId);
  }

  /** Insists that the actor may grant these permissions. @throws `MT_GRANT_REFUSED`, `MT_IDENTITY_INPUT_INVALID` for an unknown one */
  async assertPermissions(tenantId: string, permissions: readonly string[], actor: IdentityActor): Promise<void> {
    this.assertTenant(tenantId, actor);
    for (const permission of permissions) this.#assertExists(tenantId, permission);
    if (actor === APPLICATION) return;
    // What is held now, and not what was held some seconds ago.
    this.#authorizations.invalidate(tenantId);
    const missing = await this.#authorizations.missing(actor, permissions);
    if (missing.length === 0) return;
    throw new GrantRefusedError(`You do not hold the permission ${JSON.stringify(missing[0])}.`, tenantId);
  }

  /** Insists that the actor may grant, or take away, these roles. @throws `MT_GRANT_REFUSED` */
  assertRoles(tenantId: string, roles: readonly Role[], actor: IdentityActor): Promise<void> {
    const permissions = new Set(roles.flatMap((role) => this.#permissionsOf(tenantId, role)));
    return this.assertPermissions(tenantId, [...permissions], actor);
  }

  /** Permissions that the code no longer knows give nothing, and so they need nothing. */
  #permissionsOf(tenantId: string, { administrator, permissions }: Role): string[] {
    if (administrator) return this.#vocabulary.of(tenantId);
    return permissions.filter((permission) => this.#vocabulary.existsIn(tenantId, permission));
  }

  #assertExists(tenantId: string, permission: string): void {
    if (!this.#vocabulary.has(permission)) {
      throw new IdentityInputError('permission', permission, 'a permission of this service');
    }
    if (!this.#vocabulary.existsIn(tenantId, permission)) {
      throw new GrantRefusedError(
        `The permission ${JSON.stringify(permission)} exists in the super tenant only.`,
        tenantId,
      );
    }
  }
}
