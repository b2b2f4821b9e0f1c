import { Injectable } from '@nestjs/common';
import { ClsService } from 'nestjs-cls';
import { publishAudit } from '../observability/audit/tenant-audit.js';
import { TenantContextMissingError } from '../errors/usage.errors.js';
import { manyListeners } from '../kernel/many-listeners.js';
import type { ResolutionTrace, ResolverTrust } from '../tenant/resolution-outcome.js';
import { SUPER_TENANT, SUPER_TENANT_ID } from '../tenant/super-tenant.js';
import { TenantDirectory } from '../catalog/tenant-directory.js';
import type { JsonObject, Tenant } from '../tenant/tenant.js';
import type { ScopeOpener } from './client-remedy.js';
import { forEachTenant } from './for-each-tenant.js';
import type { ForEachReport, ForEachTenantOptions } from './for-each-tenant.js';
import { OpenScopes } from './open-scopes.js';
import { runToEnd, scopeOf } from './scope-store.js';
import { ShutdownSignals } from './shutdown-signals.js';
import type { TenantScope } from './tenant-scope.js';

/** Options of {@link TenantContext.run}. */
export interface RunOptions {
  /** Client kinds to acquire before the work starts and to give back when it is over. Default: none. */
  readonly clients?: readonly string[];
  /** Gives up waiting for the clients. */
  readonly signal?: AbortSignal;
}

interface Opening {
  readonly tenant: Tenant;
  readonly trust: ResolverTrust;
  readonly opener: ScopeOpener;
}

/**
 * Which tenant the running code works for. Inject it anywhere; it is a singleton that reads the async context.
 *
 * A context is never changed in place: working for another tenant means a nested {@link run}, and the outer context is
 * back when that returns.
 *
 * @typeParam S the tenant's settings, as the schema of the module's option `settings` gives them: `TenantContext<AppSettings>`
 */
@Injectable()
export class TenantContext<S extends object = JsonObject> {
  readonly #cls: ClsService;
  readonly #directory: TenantDirectory;
  readonly #scopes: OpenScopes;
  readonly #shutdown: ShutdownSignals;

  constructor(cls: ClsService, directory: TenantDirectory, scopes: OpenScopes, shutdown: ShutdownSignals) {
    this.#cls = cls;
    this.#directory = directory;
    this.#scopes = scopes;
    this.#shutdown = shutdown;
  }

  /**
   * The tenant of the running code.
   *
   * @throws {@link TenantContextMissingError} `MT_CONTEXT_MISSING` outside of any scope; in a request whose tenant is
   *   missing, rejected or in conflict, that error
   */
  get tenant(): Tenant<S> {
    return this.#scope().tenant as unknown as Tenant<S>;
  }

  /**
   * The tenant of the running code, or `null` outside of any scope and in a request that names none.
   *
   * @throws in a request that names a tenant which cannot be used: an outage or a conflict is not "no tenant"
   */
  get tenantOrNull(): Tenant<S> | null {
    const tenant = scopeOf(this.#cls, this.#scopes.clients)?.tenantOrNull ?? null;
    return tenant as unknown as Tenant<S> | null;
  }

  /**
   * Whether the running code works for the super tenant, on evidence: a verified token, a trusted proxy or {@link runAsSuperTenant}
   * says so. `false` where a path, a host or `run('super')` alone names it, and where there is no tenant.
   */
  get isSuperTenant(): boolean {
    const outcome = scopeOf(this.#cls, this.#scopes.clients)?.outcome;
    return outcome?.kind === 'resolved' && outcome.tenant.id === SUPER_TENANT_ID && outcome.trust !== 'network';
  }

  /**
   * Aborted when the scope of the running code must end: its tenant is suspended, being deleted or deleted, the deadline of
   * the shutdown has come, or the client has disconnected. Its `reason` is a coded error. Listeners run in the scope. Pass it
   * on to what takes long; a scope that ends in the ordinary way does not fire it.
   *
   * @throws {@link TenantContextMissingError} `MT_CONTEXT_MISSING` outside of any scope
   */
  get signal(): AbortSignal {
    return this.#scope().signal;
  }

  /** What each resolver said of the current request; empty for jobs and outside of any scope. */
  explain(): ResolutionTrace {
    return scopeOf(this.#cls, this.#scopes.clients)?.outcome.trace ?? [];
  }

  /**
   * Runs work for one tenant: a job, a message, a script. Looks the tenant up, insists that it is served, acquires the
   * clients, and gives them back when the work has settled.
   *
   * @param tenantId id of the tenant (without regard to case)
   * @returns what `fn` returns
   * @throws `MT_TENANT_UNKNOWN`, `MT_TENANT_SUSPENDED`, `MT_TENANT_PROVISIONING`, `MT_CATALOG_UNAVAILABLE`, the registry's
   *   errors, and whatever `fn` throws
   */
  async run<R>(tenantId: string, fn: () => R | Promise<R>, options: RunOptions = {}): Promise<R> {
    return this.#runAs('run', tenantId, fn, options);
  }

  /** Runs work for the super tenant; for the operator's own jobs, never on behalf of a request that did not ask for it. */
  async runAsSuperTenant<R>(fn: () => R | Promise<R>): Promise<R> {
    return this.#runFor({ tenant: SUPER_TENANT, trust: 'verified', opener: 'runAsSuperTenant' }, fn, {});
  }

  /**
   * Acquires clients for the running request or job, beside those that it has. They are released when it ends. For client
   * kinds with `acquire: 'declared'`, and for code that no decorator reaches: functional middleware, callbacks.
   *
   * @param kinds names given to `forFeature`
   * @throws `MT_CONTEXT_MISSING` outside of any scope, what is wrong with the tenant, the registry's errors
   */
  async acquire(...kinds: string[]): Promise<void> {
    const scope = this.#scope();
    await scope.clients.lease(scope, kinds);
  }

  /**
   * Runs work for every tenant that matches, each in its own scope, a few at a time. One failure does not stop the rest; the
   * `signal` and the shutdown of the application do. Clients that a tenant did not have before are closed when its work is
   * over, unless another caller has them leased or pinned by then: a round opens no more at once than it works on.
   *
   * @returns how many succeeded, which failed with what, and which were not started
   * @throws `MT_CATALOG_UNAVAILABLE` when the list of tenants cannot be read, `MT_ARGUMENT_INVALID` also for a filter with an
   *   unknown condition, and what `onError` throws
   */
  async forEachTenant(fn: (tenant: Tenant<S>) => unknown, options: ForEachTenantOptions = {}): Promise<ForEachReport> {
    const { begun } = this.#shutdown;
    const stop = manyListeners(AbortSignal.any(options.signal === undefined ? [begun] : [begun, options.signal]));
    const work = async (tenant: Tenant, started: () => void): Promise<void> => {
      const closeNew = this.#scopes.clients.visit(tenant.id);
      const visit = (): unknown => {
        started();
        return fn(tenant as unknown as Tenant<S>);
      };
      try {
        await this.#runAs('forEachTenant', tenant.id, visit, { clients: options.clients ?? [], signal: stop });
      } finally {
        await closeNew();
      }
    };
    return forEachTenant({ list: (query) => this.#directory.list(query), work, stop }, options);
  }

  async #runAs<R>(
    opener: ScopeOpener,
    tenantId: string,
    fn: () => R | PromiseLike<R>,
    options: RunOptions,
  ): Promise<Awaited<R>> {
    const tenant = await this.#directory.getActive(tenantId);
    // The id may come from a path, so it does not prove that the operator asks.
    const trust = tenant.id === SUPER_TENANT_ID ? 'network' : 'verified';
    return this.#runFor({ tenant, trust, opener }, fn, options);
  }

  async #runFor<R>(
    { tenant, trust, opener }: Opening,
    fn: () => R | PromiseLike<R>,
    { clients = [], signal }: RunOptions,
  ): Promise<Awaited<R>> {
    if (tenant.id === SUPER_TENANT_ID)
      publishAudit(
        { type: 'superTenantAction', transport: 'job', handler: 'runAsSuperTenant' },
        this.#scopes.clients.applicationId,
      );
    const scope = this.#scopes.open({ kind: 'resolved', tenant, trust, trace: [] });
    scope.opener = opener;
    try {
      return await runToEnd(this.#cls, scope, async () => {
        await scope.clients.lease(scope, clients, signal);
        return await fn();
      });
    } finally {
      scope.end();
    }
  }

  #scope(): TenantScope {
    const scope = scopeOf(this.#cls, this.#scopes.clients);
    if (scope === undefined) throw new TenantContextMissingError();
    return scope;
  }
}
