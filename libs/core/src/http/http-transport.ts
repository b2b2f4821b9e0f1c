import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AbstractHttpAdapter, HttpAdapterHost } from '@nestjs/core';
import { ClsService } from 'nestjs-cls';
import { EventLoopTurns } from '../kernel/event-loop-turns.js';
import { HttpResponseEnds, rawOf } from './responses/http-response-end.js';
import { OpenScopes } from '../context/open-scopes.js';
import { prepareResponses } from './responses/prepared-responses.js';
import { enter, storeOfRequest } from '../context/scope-store.js';
import { installedVersion } from '../kernel/installed-version.js';
import { PeerUnsupportedError } from '../errors/package.errors.js';
import { areRequestsObserved } from '../observability/request-events.js';
import { TenantResolution } from '../resolution/tenant-resolution.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import type { TenantScope } from '../context/tenant-scope.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import { EntrySteps } from './entry-steps.js';
import { HttpEntry } from './http-entry.js';
import { HttpExchange } from './http-exchange.js';
import type { HttpExchangeParts } from './http-exchange.js';
import { RequestScopes } from './request-scopes.js';
import { scopeAdapter, scopeFastifyAdapter } from './scoped-adapter.js';
import { ScopedHandlers } from './scoped-handlers.js';
import { ServerlessHeaders } from './serverless-headers.js';
import type { ObservedRequest } from './observed-request.js';

type Done = (error?: unknown) => void;
type Hook = (request: object, response: object, done: Done) => void;
/** Opens a scope and continues with `next` inside; `done` gets what fails before. */
type Opener = (request: object, response: object, done: Done, next: Done) => void;

/** How a request continues. */
interface Continuation {
  readonly done: Done;
  readonly next: Done;
  readonly observed: ObservedRequest | undefined;
}

/** The part of Nest's HTTP adapters that this uses. */
interface Adapter {
  setOnRequestHook(hook: Hook): void;
  getType(): string;
  getInstance(): unknown;
}

/**
 * Opens a scope for every HTTP request, before middleware, guards and body parsers, on Express and Fastify alike, and has all
 * that is called for the request run in it. It decides nothing: the guard enforces the outcome of the resolvers.
 */
@Injectable()
export class HttpTransport {
  /** The scopes of the requests, for what is called with a request by other ways than a route. */
  readonly requests: RequestScopes;
  readonly #adapterHost: HttpAdapterHost;
  readonly #cls: ClsService;
  readonly #scopes: OpenScopes;
  readonly #resolution: TenantResolution;
  readonly #serverless: ServerlessHeaders;
  readonly #steps: EntrySteps;
  readonly #handlers: ScopedHandlers;
  readonly #scoped = new WeakSet<object>();

  constructor(
    adapterHost: HttpAdapterHost,
    cls: ClsService,
    resolution: TenantResolution,
    scopes: OpenScopes,
    serverless: ServerlessHeaders,
    steps: EntrySteps,
  ) {
    this.#adapterHost = adapterHost;
    this.#cls = cls;
    this.#scopes = scopes;
    this.#resolution = resolution;
    this.#serverless = serverless;
    this.#steps = steps;
    this.requests = new RequestScopes(cls);
    this.#handlers = new ScopedHandlers(this.requests);
    this.scopeAdapter();
  }

  /**
   * Has what is registered with the application's adapter from now on run in the scope of its request. Once per adapter; early,
   * for `app.use()` comes before the application is initialised.
   */
  scopeAdapter(): void {
    const adapter = this.#adapter;
    if (adapter === undefined || this.#scoped.has(adapter)) return;
    this.#scoped.add(adapter);
    const type = (adapter as Partial<Adapter>).getType?.();
    if (type === 'fastify') scopeFastifyAdapter(adapter, this.#handlers);
    else if (type === 'express') scopeAdapter(adapter, this.#handlers);
  }

  /** Hooks into the application's HTTP adapter, where there is one. A hook that has been set before runs after ours, inside. */
  install(): void {
    const adapter = this.#adapter;
    if (adapter === undefined) return;
    assertRequestHook(adapter);
    this.scopeAdapter();
    const open = this.#completed(this.#opener(adapter));
    const earlier: unknown = Reflect.get(adapter, 'onRequestHook');
    adapter.setOnRequestHook(
      typeof earlier !== 'function'
        ? (request, response, done) => open(request, response, done, done)
        : (request, response, done) =>
            open(request, response, done, () => (earlier as Hook).call(adapter, request, response, done)),
    );
  }

  #completed(open: Opener): Opener {
    return (request, response, done, next) => {
      this.#serverless.complete(rawOf(request));
      open(request, response, done, next);
    };
  }

  /** Without an HTTP server Nest has none, or a stand-in. */
  get #adapter(): Adapter | undefined {
    const adapter: unknown = this.#adapterHost.httpAdapter;
    return typeof adapter === 'object' && adapter !== null ? (adapter as Adapter) : undefined;
  }

  /** Express hands out Node's own objects, and its responses share a prototype; to look for what others wrap takes long there. */
  #opener(adapter: Adapter): Opener {
    const prototype = adapter.getType() === 'express' ? prototypeOfResponses(adapter.getInstance()) : undefined;
    const isPrepared = prototype !== undefined;
    if (isPrepared) prepareResponses(prototype);
    const parts: HttpExchangeParts = {
      resolution: this.#resolution,
      applicationId: this.#scopes.clients.applicationId,
      ends: new HttpResponseEnds(),
      turns: new EventLoopTurns(),
      isPrepared,
    };
    const exchangeOf = (request: object, response: object): HttpExchange =>
      isPrepared
        ? new HttpExchange(parts, request as IncomingMessage, response as ServerResponse, request)
        : new HttpExchange(parts, rawOf(request), rawOf(response), request);
    return (request, response, done, next) => this.#open(exchangeOf(request, response), done, next);
  }

  #open(exchange: HttpExchange, done: Done, next: Done): void {
    const observed = areRequestsObserved() ? exchange.observe() : undefined;
    const outcome = exchange.resolveHead();
    if (outcome instanceof Promise)
      void outcome.then((late) => this.#enter(exchange, late, { done, next, observed })).catch(done);
    else this.#enter(exchange, outcome, { done, next, observed });
  }

  #enter(exchange: HttpExchange, outcome: ResolutionOutcome, { done, next, observed }: Continuation): void {
    const scope = this.#scopes.open(exchange.report(outcome), exchange);
    observed?.opened(scope);
    const store = storeOfRequest(this.#cls, scope);
    this.requests.add(exchange.carrier, { scope, store });
    exchange.enter(scope, store);
    if (this.#steps.isEmpty && this.#scopes.hooks.isEmpty) enter(this.#cls, store, scope, next);
    else enter(this.#cls, store, scope, () => this.#begin(exchange, scope, done, next));
  }

  /** Entry steps, then scope hooks, then everything else. */
  #begin({ carrier, response }: HttpExchange, scope: TenantScope, done: Done, next: Done): void {
    try {
      const entered = this.#steps.isEmpty
        ? undefined
        : this.#steps.run(new HttpEntry(carrier, response, scope), scope.exits);
      const begun = entered === undefined ? scope.begin() : entered.then(() => this.#beginLate(scope));
      if (begun === undefined) return next();
      // A client that has gone gets nothing; its scope has ended.
      const unlessOver = (then: () => void): void => (scope.ended ? undefined : then());
      begun.then(
        () => unlessOver(next),
        (error: unknown) => unlessOver(() => done(error)),
      );
    } catch (error) {
      done(error);
    }
  }

  #beginLate(scope: TenantScope): MaybePromise<void> {
    return scope.ended ? undefined : scope.begin();
  }
}

/** Nest's base class of adapters has a hook that does nothing: with it no request would have a tenant. */
function assertRequestHook(adapter: Partial<Adapter>): void {
  const hook = adapter.setOnRequestHook;
  if (typeof hook === 'function' && hook !== AbstractHttpAdapter.prototype.setOnRequestHook) return;
  const nest = installedVersion('@nestjs/core') ?? 'of an unknown version';
  throw new PeerUnsupportedError(
    `The HTTP adapter ${adapter.constructor?.name ?? 'of the application'} has no setOnRequestHook (@nestjs/core is ${nest}), so no request would have a tenant`,
    '@nestjs/platform-express or @nestjs/platform-fastify, ^11.1.4 || ^12.0.0, or an adapter that implements setOnRequestHook',
  );
}

/** What the responses of an Express application inherit from. */
function prototypeOfResponses(application: unknown): object | undefined {
  const { response } = Object(application) as { readonly response?: unknown };
  return typeof response === 'object' && response !== null ? response : undefined;
}
