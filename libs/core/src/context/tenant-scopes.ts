import { Injectable } from '@nestjs/common';
import { ClsService } from 'nestjs-cls';
import { catalogError } from '../errors/catalog.errors.js';
import { MultitenancyError } from '../errors/multitenancy.error.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import type { ResolutionOutcome, ResolverTrust } from '../tenant/resolution-outcome.js';
import { TenantDirectory } from '../catalog/tenant-directory.js';
import type { ScopeHandler } from './client-remedy.js';
import { OpenScopes } from './open-scopes.js';
import { runInScope, runToEnd } from './scope-store.js';

/** A scope that a transport has opened: one message, one job. The transport that opened it ends it. */
export interface OpenTenantScope {
  /** What is known of the tenant; the guard enforces it. */
  readonly outcome: ResolutionOutcome;
  /** Runs a function inside, and gives what it gives. For work whose result is not awaited; else {@link runToEnd}. */
  run<R>(fn: () => R): R;
  /**
   * Runs the scope hooks, once. Called inside {@link run}, before the work, which waits for the promise; `undefined` = there is
   * nothing to wait for. {@link runToEnd} calls it.
   *
   * @throws what a hook throws: the work is refused
   */
  begin(): MaybePromise<void>;
  /** Runs work inside and awaits its result there, a lazy thenable (a query builder) too. */
  runToEnd<R>(fn: () => R | PromiseLike<R>): Promise<Awaited<R>>;
  /**
   * Acquires clients for work that has no handler of Nest's with guards in front.
   *
   * @throws what is wrong with the tenant, and the registry's errors
   */
  acquire(kinds: readonly string[]): Promise<void>;
  /** Acquires the clients that a handler needs, as Nest's guards would have it; errors as {@link acquire}. */
  acquireFor(handlerClass: object, handler: object): Promise<void>;
  /** Fires the `signal` of the scope: its caller has gone, or its work must end. {@link end} is still to be called. */
  abort(reason: MultitenancyError): void;
  /** Ends it and gives its clients back. Idempotent. */
  end(): void;
}

/** A tenant as a message names it. */
export interface NamedTenant {
  /** Id, without regard to case. */
  readonly id: string;
  /** Oldest generation of its record that may be used; default 0. */
  readonly minGeneration?: number;
  /** How far the place can be trusted that named it. */
  readonly trust: ResolverTrust;
}

/** Opens scopes for transports other than HTTP. For authors of transports; applications use `TenantContext.run`. */
@Injectable()
export class TenantScopes {
  readonly #cls: ClsService;
  readonly #directory: TenantDirectory;
  readonly #scopes: OpenScopes;

  constructor(cls: ClsService, directory: TenantDirectory, scopes: OpenScopes) {
    this.#cls = cls;
    this.#directory = directory;
    this.#scopes = scopes;
  }

  /** `TenantApplication.id`, for events on diagnostics channels. */
  get applicationId(): string | undefined {
    return this.#scopes.clients.applicationId;
  }

  /** Opens a scope around what is known of the tenant. It does not decide: the guard does. */
  open(outcome: ResolutionOutcome): OpenTenantScope {
    const scope = this.#scopes.open(outcome);
    return {
      outcome,
      run: (fn) => runInScope(this.#cls, scope, fn),
      begin: () => scope.begin(),
      runToEnd: (fn) => runToEnd(this.#cls, scope, fn),
      acquire: async (kinds) => scope.clients.lease(scope, kinds),
      acquireFor: async (handlerClass, handler) => {
        scope.handler = { owner: handlerClass as ScopeHandler['owner'], method: handler as ScopeHandler['method'] };
        await scope.clients.leaseFor(scope, handlerClass, handler, true);
      },
      abort: (reason) => scope.abort(reason),
      end: () => scope.end(),
    };
  }

  /**
   * Looks a tenant up again. Never rejects: a tenant that cannot be served, and an outage, are outcomes.
   *
   * A record older than `minGeneration` is not used: a catalog that lags behind the sender counts as an outage.
   */
  async outcomeOf({ id, minGeneration = 0, trust }: NamedTenant): Promise<ResolutionOutcome> {
    try {
      const tenant = await this.#directory.getServed(id, minGeneration);
      return { kind: 'resolved', tenant, trust, trace: [] };
    } catch (error) {
      return rejectedOutcome(error);
    }
  }
}

/** The outcome for work whose tenant cannot be used; an error that is none of ours counts as an outage. */
export function rejectedOutcome(error: unknown): ResolutionOutcome {
  const known = catalogError(error);
  return { kind: 'rejected', error: known, trace: [] };
}
