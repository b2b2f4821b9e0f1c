import { ClsServiceManager } from 'nestjs-cls';
import type { MultitenancyError } from '../errors/multitenancy.error.js';
import { TenantScopeEndedError } from '../errors/scope.errors.js';
import { TenantUnknownError } from '../errors/tenant.errors.js';
import { forEachConcurrently } from '../kernel/worker-pool.js';
import { outsideScopes } from '../kernel/outside-scopes.js';
import type { Clock } from '../kernel/clock.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import { SUPER_TENANT_ID } from '../tenant/super-tenant.js';
import { servingProblem } from '../catalog/tenant-directory.js';
import type { TenantDirectory } from '../catalog/tenant-directory.js';
import type { Tenant } from '../tenant/tenant.js';
import type { ScopeClients } from './scope-clients.js';
import { ScopeHooks } from './scope-hooks.js';
import { ScopeList } from './scope-list.js';
import { currentScope } from './scope-store.js';
import { TenantScope } from './tenant-scope.js';
import type { ScopeEntry, ScopeHome } from './tenant-scope.js';

/** What {@link OpenScopes} work with. */
export interface OpenScopesParts {
  readonly clients: ScopeClients;
  readonly directory: TenantDirectory;
  readonly clock: Clock;
  /** What runs when a scope of a tenant opens. Default: nothing. */
  readonly hooks?: ScopeHooks;
}

/** How often the tenants of scopes that stay open are looked up: that and the catalog's cache bound a suspension. */
const RECHECK_MS = 1_000;
const LOOK_UPS_AT_ONCE = 8;

interface Waiter {
  readonly isOver: () => boolean;
  readonly resolve: () => void;
}

/**
 * The scopes of an application that are open, on every transport: the one place where scopes open and end. Aborts those of a
 * tenant that is gone, however that becomes known, and at shutdown.
 */
export class OpenScopes implements ScopeHome {
  readonly clients: ScopeClients;
  readonly hooks: ScopeHooks;
  readonly #directory: TenantDirectory;
  readonly #clock: Clock;
  readonly #list = new ScopeList();
  readonly #waiters = new Set<Waiter>();
  #isTimed = false;
  #seenBefore: ReadonlySet<TenantScope> = new Set();

  constructor({ clients, directory, clock, hooks = new ScopeHooks(clock) }: OpenScopesParts) {
    this.clients = clients;
    this.hooks = hooks;
    this.#directory = directory;
    this.#clock = clock;
  }

  open(outcome: ResolutionOutcome, entry?: ScopeEntry): TenantScope {
    const scope = new TenantScope(outcome, this, entry);
    this.#list.add(scope);
    if (!this.#isTimed) this.#armTimer();
    return scope;
  }

  closed(scope: TenantScope): void {
    this.#list.remove(scope);
    if (this.#waiters.size > 0) this.#wake();
  }

  /** How many scopes of a tenant are open whose end its deletion waits for. */
  countOf(tenantId: string): number {
    return this.#of(tenantId).filter(({ isAwaited }) => isAwaited).length;
  }

  /** The deletion of a tenant does not wait for the running code, where that is in a scope of the tenant. */
  disregardCurrent(tenantId: string): void {
    const scope = currentScope(ClsServiceManager.getClsService());
    if (scope?.tenantId?.toLowerCase() === tenantId.toLowerCase()) scope.isAwaited = false;
  }

  /**
   * Aborts the open scopes of a tenant: their signals fire, and responses still being sent are ended. The scopes end when
   * their work does.
   *
   * @param reason default: the tenant is suspended, being deleted or deleted
   */
  abortTenant(tenantId: string, reason: MultitenancyError = new TenantUnknownError(tenantId)): void {
    this.#of(tenantId).forEach((scope) => scope.abort(reason));
  }

  /** Aborts every open scope, as at the deadline of a shutdown. */
  abortAll(reason: MultitenancyError = new TenantScopeEndedError('the application is shutting down')): void {
    this.#list.all().forEach((scope) => scope.abort(reason));
  }

  /** Settles when no scope that has been aborted by now is open any more, or after `limitMs`. Never rejects. */
  abortedEnded(limitMs: number): Promise<void> {
    const aborted = this.#list.all().filter(({ abortReason, isAwaited }) => abortReason !== undefined && isAwaited);
    if (aborted.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter: Waiter = {
        isOver: () => aborted.every(({ ended }) => ended),
        resolve: () => (timer.clear(), resolve()),
      };
      const timer = this.#clock.setTimer(() => (this.#waiters.delete(waiter), resolve()), limitMs);
      this.#waiters.add(waiter);
    });
  }

  /**
   * Looks up the tenants of open scopes, and aborts the scopes of those that are no longer served. An outage aborts none.
   *
   * @param tenantIds which tenants; default: all that have an open scope
   */
  async recheck(tenantIds: Iterable<string> = this.#tenantIds(this.#list.all())): Promise<void> {
    await outsideScopes(() => forEachConcurrently([...tenantIds], LOOK_UPS_AT_ONCE, (id) => this.#check(id)));
  }

  refusalOf(outcome: ResolutionOutcome): MaybePromise<MultitenancyError | null> {
    if (outcome.kind !== 'resolved' || outcome.tenant.id === SUPER_TENANT_ID) return null;
    const { id } = outcome.tenant;
    const found = this.#directory.find(id.toLowerCase());
    if (!(found instanceof Promise)) return problemOf(id, found);
    return found.then(
      (tenant) => problemOf(id, tenant),
      () => null,
    );
  }

  async #check(tenantId: string): Promise<void> {
    const [scope] = this.#of(tenantId);
    if (scope === undefined) return;
    const reason = await this.refusalOf(scope.outcome);
    if (reason !== null) this.abortTenant(tenantId, reason);
  }

  #of(tenantId: string): TenantScope[] {
    const key = tenantId.toLowerCase();
    return this.#list.all().filter((scope) => scope.tenantId?.toLowerCase() === key);
  }

  #tenantIds(scopes: readonly TenantScope[]): Set<string> {
    return new Set(scopes.flatMap(({ tenantId }) => (tenantId === undefined ? [] : [tenantId.toLowerCase()])));
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      if (!waiter.isOver()) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  /** Runs only while scopes are open; and outside of the one that has just been opened, for the catalog is asked from there. */
  #armTimer(): void {
    this.#isTimed = true;
    outsideScopes(() => this.#clock.setTimer(() => void this.#round(), RECHECK_MS));
  }

  /** Most scopes are over by their second round, and cost no look-up. */
  async #round(): Promise<void> {
    const open = this.#list.all();
    const staying = open.filter((scope) => this.#seenBefore.has(scope) && scope.abortReason === undefined);
    this.#seenBefore = new Set(open);
    await this.recheck(this.#tenantIds(staying));
    this.#isTimed = false;
    if (!this.#list.isEmpty) this.#armTimer();
  }
}

/** Why open scopes of a tenant must end. One that is set up again is being worked for. */
function problemOf(tenantId: string, tenant: Tenant | null): MultitenancyError | null {
  if (tenant?.id !== tenantId) return new TenantUnknownError(tenantId);
  return tenant.status === 'provisioning' ? null : servingProblem(tenant);
}
