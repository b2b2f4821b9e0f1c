import type { Role } from '../port/account.js';
import { GrantRefusedError, RoleUnknownError } from '../port/identity.errors.js';
import type { IdentityAudit } from '../port/identity-audit.js';
import { APPLICATION } from '../port/identity-principal.js';
import type { IdentityActor } from '../port/identity-principal.js';
import type { IdentityStore } from '../port/identity-store.js';
import { ADMINISTRATOR_ROLE, roleName } from '../port/names.js';
import type { Authorizations } from '../permissions/authorizations.js';
import type { GrantRule } from './grant-rule.js';

/** The roles of tenants. Every change is bound by the grant rule, effective at once on this node and announced to the others. */
export class Roles {
  readonly #store: IdentityStore;
  readonly #rule: GrantRule;
  readonly #authorizations: Authorizations;
  readonly #audit: IdentityAudit;

  constructor(store: IdentityStore, rule: GrantRule, authorizations: Authorizations, audit: IdentityAudit) {
    this.#store = store;
    this.#rule = rule;
    this.#authorizations = authorizations;
    this.#audit = audit;
  }

  /** The roles of a tenant, by name. */
  list(tenantId: string): Promise<Role[]> {
    return this.#store.forTenant(tenantId).listRoles();
  }

  /**
   * Adds a role.
   *
   * @throws `MT_IDENTITY_INPUT_INVALID`, `MT_ROLE_EXISTS`, `MT_GRANT_REFUSED`
   */
  async add(
    tenantId: string,
    role: { readonly name: string; readonly permissions: readonly string[] },
    actor: IdentityActor,
  ): Promise<Role> {
    const name = roleName(role.name);
    await this.#rule.assertPermissions(tenantId, role.permissions, actor);
    const added = await this.#store.forTenant(tenantId).addRole(name, unique(role.permissions));
    this.#changed('role.added', tenantId, actor);
    return added;
  }

  /** Gives a new tenant its built-in role `admin`, which holds every permission of the tenant. Does nothing where it is there. */
  async addAdministrator(tenantId: string): Promise<void> {
    const roles = await this.list(tenantId);
    if (!roles.some(({ administrator }) => administrator)) {
      await this.#store.forTenant(tenantId).addRole(ADMINISTRATOR_ROLE, []);
    }
  }

  /**
   * Replaces the permissions of a role. The actor holds those that the role has and those that it gets.
   *
   * @throws `MT_ROLE_UNKNOWN`, `MT_GRANT_REFUSED`, `MT_IDENTITY_INPUT_INVALID`
   */
  async setPermissions(
    tenantId: string,
    name: string,
    permissions: readonly string[],
    actor: IdentityActor,
  ): Promise<Role> {
    const role = await this.#changeable(tenantId, name, actor);
    await this.#rule.assertPermissions(tenantId, permissions, actor);
    const changed = await this.#store.forTenant(tenantId).setRolePermissions(role.name, unique(permissions));
    this.#changed('role.changed', tenantId, actor);
    return changed;
  }

  /** Removes a role from the tenant and from its accounts. @throws `MT_ROLE_UNKNOWN`, `MT_GRANT_REFUSED` */
  async remove(tenantId: string, name: string, actor: IdentityActor): Promise<void> {
    const role = await this.#changeable(tenantId, name, actor);
    await this.#store.forTenant(tenantId).removeRole(role.name);
    this.#changed('role.removed', tenantId, actor);
  }

  /** The roles of these names. @throws `MT_ROLE_UNKNOWN` */
  async named(tenantId: string, names: readonly string[]): Promise<Role[]> {
    const roles = new Map((await this.list(tenantId)).map((role) => [role.name, role]));
    return unique(names).map((name) => found(tenantId, name, roles.get(name)));
  }

  async #changeable(tenantId: string, name: string, actor: IdentityActor): Promise<Role> {
    const [role] = await this.named(tenantId, [name]);
    if (role?.administrator !== false)
      throw new GrantRefusedError('The role "admin" is built in and stays as it is.', tenantId);
    await this.#rule.assertRoles(tenantId, [role], actor);
    return role;
  }

  #changed(action: string, tenantId: string, actor: IdentityActor): void {
    this.#authorizations.invalidate(tenantId);
    this.#audit.publish({ action, tenantId, actorId: actor === APPLICATION ? undefined : actor.accountId });
  }
}

function found(tenantId: string, name: string, role: Role | undefined): Role {
  if (role === undefined) throw new RoleUnknownError(tenantId, name);
  return role;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
