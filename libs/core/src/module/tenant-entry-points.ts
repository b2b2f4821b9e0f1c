import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, ModuleRef, ModulesContainer } from '@nestjs/core';
import { MultitenancyExceptionFilter } from '../http/answers/multitenancy-exception.filter.js';
import { putFilterLast } from '../http/answers/put-filter-last.js';
import { entryClassesOf, entryHandlersOf } from '../clients/reach/entry-classes.js';
import { prepareEnhancers, prepareMiddleware } from '../clients/reach/enhancer-clients.js';
import { HandlerClients } from '../clients/reach/handler-clients.js';
import { acquireClientsBefore } from '../clients/reach/tenant-clients.guard.js';
import { guardGateway } from '../guards/gateway-scope.guard.js';
import { needMessageScope } from '../guards/message-scope.guard.js';
import { putGuardFirst } from '../guards/put-guard-first.js';
import { TenantGuard } from '../guards/tenant.guard.js';
import { MULTITENANCY_OPTIONS } from './multitenancy.tokens.js';
import { TenantClientRegistries } from '../clients/tenant-client-registries.js';
import type { ResolvedMultitenancyOptions } from './resolve-options.js';

/**
 * Gets the handlers of the application ready for tenants: the guard in front, and the clients that each needs known.
 * Must happen after Nest has made the providers and before it registers their handlers: an HTTP application does it by itself;
 * a transport whose handlers Nest registers earlier calls {@link prepare}. For authors of transports.
 */
@Injectable()
export class TenantEntryPoints {
  readonly #options: ResolvedMultitenancyOptions;
  readonly #handlers: HandlerClients;
  readonly #kinds: TenantClientRegistries;
  readonly #modules: ModulesContainer;
  readonly #moduleRef: ModuleRef;
  #prepared = false;

  constructor(
    @Inject(MULTITENANCY_OPTIONS) options: ResolvedMultitenancyOptions,
    handlers: HandlerClients,
    kinds: TenantClientRegistries,
    modules: ModulesContainer,
    moduleRef: ModuleRef,
  ) {
    this.#options = options;
    this.#handlers = handlers;
    this.#kinds = kinds;
    this.#modules = modules;
    this.#moduleRef = moduleRef;
    // Already here: a hybrid application registers the handlers of a microservice as soon as it connects one.
    if (options.guard !== 'global') return;
    entryHandlersOf(modules.values()).forEach(needMessageScope);
    entryClassesOf(modules.values()).forEach(guardGateway);
  }

  /** The guard of every route, message and resolver; `null` with `guard: 'manual'`. */
  get guard(): TenantGuard | null {
    return this.#options.guard === 'global' ? this.#moduleRef.get(TenantGuard) : null;
  }

  /** Idempotent. */
  prepare(): void {
    if (this.#prepared) return;
    this.#prepared = true;
    putGuardFirst(this.#moduleRef, this.#moduleRef.get(TenantGuard));
    putFilterLast(this.#moduleRef, this.#moduleRef.get(MultitenancyExceptionFilter));
    const kinds = this.#kinds
      .all()
      .filter(({ name }) => this.#kinds.acquiredByInjection(name))
      .map(({ name }) => name);
    const modules = this.#modules;
    this.#handlers.learn(modules.values(), kinds, acquireClientsBefore);
    prepareEnhancers(
      modules.values(),
      this.#moduleRef.get(ApplicationConfig, { strict: false }),
      kinds,
      this.#handlers,
    );
    prepareMiddleware(modules.values(), kinds, this.#handlers);
  }
}
