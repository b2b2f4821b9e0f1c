import { OptionsInvalidError } from '../errors/usage.errors.js';
import { ACQUIRE_AS_BASE } from '../registry/base-registry.js';
import type { BaseRegistry } from '../registry/base-registry.js';
import { ClientOrigins } from './client-origins.js';
import type { TenantClientRegistry } from '../registry/tenant-client-registry.js';
import { TenantPresence } from './tenant-presence.js';

/** The client kinds of one application, by name. Filled while the application starts. */
export class TenantClientRegistries {
  readonly applicationId: string | undefined;
  /** Which tenants have a client, of whatever kind. */
  readonly presence: TenantPresence;
  /** From which record of its tenant each client was made. */
  readonly origins = new ClientOrigins();
  readonly #registries = new Map<string, TenantClientRegistry<unknown>>();
  readonly #injected = new Set<string>();
  readonly #awaited = new Map<string, ((registry: TenantClientRegistry<unknown>) => void)[]>();
  readonly #dependsOn = new Map<string, readonly string[]>();
  readonly #replaced = new Map<string, BaseRegistry>();

  /** @param applicationId `TenantApplication.id`; names it in every event on the diagnostics channels */
  constructor(applicationId?: string) {
    this.applicationId = applicationId;
    this.presence = new TenantPresence(applicationId);
  }

  /**
   * @param acquire whether what reaches the kind by injection acquires it, or only what declares it
   * @param dependsOn kinds that its factory uses; they may be registered later
   * @throws `MT_OPTIONS_INVALID` when two `forFeature` declare the same kind
   */
  register(
    registry: TenantClientRegistry<unknown>,
    acquire: 'injected' | 'declared' = 'injected',
    dependsOn: readonly string[] = [],
  ): void {
    if (this.#registries.has(registry.name)) {
      throw new OptionsInvalidError(
        'forFeature.name',
        registry.name,
        'one forFeature per client kind; give the second one another name',
      );
    }
    this.#registries.set(registry.name, registry);
    if (acquire === 'injected') this.#injected.add(registry.name);
    this.#dependsOn.set(registry.name, dependsOn);
    this.presence.watch(registry);
    this.#awaited.get(registry.name)?.forEach((arrived) => arrived(registry));
    this.#awaited.delete(registry.name);
  }

  /** The registry of a kind that is declared, once the application has made it; at once after its start. */
  arrivalOf(kind: string): Promise<TenantClientRegistry<unknown>> {
    const registry = this.#registries.get(kind);
    if (registry !== undefined) return Promise.resolve(registry);
    return new Promise((resolve) => this.#awaited.set(kind, [...(this.#awaited.get(kind) ?? []), resolve]));
  }

  /** Whether what reaches a kind by injection acquires it. */
  acquiredByInjection(kind: string): boolean {
    return this.#injected.has(kind);
  }

  /** The registry of a kind; `undefined` = there is none (yet). */
  find(kind: string): TenantClientRegistry<unknown> | undefined {
    return this.#registries.get(kind);
  }

  /** Names what stands for a kind that a test has replaced, for kinds that depend on it. */
  replace(base: BaseRegistry): void {
    this.#replaced.set(base.name, base);
  }

  /** What a kind depends on by a name; while the application starts, it is waited for. */
  baseOf(kind: string): BaseRegistry {
    return (
      this.#replaced.get(kind) ??
      this.#registries.get(kind) ?? {
        name: kind,
        [ACQUIRE_AS_BASE]: async (...call) => (await this.arrivalOf(kind))[ACQUIRE_AS_BASE](...call),
      }
    );
  }

  /** @throws `MT_OPTIONS_INVALID` for a kind that depends on an unknown one, or on itself, directly or not; names the path */
  assertDependencies(): void {
    for (const kind of this.#registries.keys()) this.#follow([kind]);
  }

  /** The registry of a kind. @throws `MT_OPTIONS_INVALID` when no `forFeature` declares it */
  get(kind: string): TenantClientRegistry<unknown> {
    const registry = this.#registries.get(kind);
    if (registry === undefined) {
      const known = [...this.#registries.keys()].map((name) => `"${name}"`).join(', ') || 'none';
      throw new OptionsInvalidError(
        'client kind',
        kind,
        `a kind declared with MultitenancyModule.forFeature (declared: ${known})`,
      );
    }
    return registry;
  }

  /** @param path kinds, each of which depends on the next */
  #follow(path: readonly string[]): void {
    const last = path.at(-1) ?? '';
    for (const kind of this.#dependsOn.get(last) ?? []) {
      const longer = [...path, kind];
      if (!this.#registries.has(kind) && !this.#replaced.has(kind))
        this.#refuse(longer, 'kinds that are declared with MultitenancyModule.forFeature');
      if (path.includes(kind)) this.#refuse(longer, 'kinds that do not depend on each other in a circle');
      this.#follow(longer);
    }
  }

  #refuse(path: readonly string[], allowed: string): never {
    throw new OptionsInvalidError(`forFeature(${String(path[0])}).dependsOn`, path.join(' -> '), allowed);
  }

  /** Every registry. */
  all(): TenantClientRegistry<unknown>[] {
    return [...this.#registries.values()];
  }
}
