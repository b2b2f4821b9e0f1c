import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AbstractHttpAdapter, HttpAdapterHost } from '@nestjs/core';
import { ClsService } from 'nestjs-cls';
import { HttpResponseEnds, rawOf } from '../context/http-response-end.js';
import { prepareResponses } from '../context/prepared-responses.js';
import { ScopeClients } from '../context/scope-clients.js';
import { enter, storeWith } from '../context/scope-store.js';
import { TenantScope } from '../context/tenant-scope.js';
import { installedVersion } from '../errors/installed-version.js';
import { PeerUnsupportedError } from '../errors/package.errors.js';
import { areRequestsObserved } from '../observability/request-events.js';
import { TenantResolution } from '../resolution/tenant-resolution.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import { HttpExchange } from './http-exchange.js';
import type { HttpExchangeParts } from './http-exchange.js';
import { ServerlessHeaders } from './serverless-headers.js';
import type { ObservedRequest } from './observed-request.js';

type Done = (error?: unknown) => void;
type Hook = (request: object, response: object, done: Done) => void;
/** Opens a scope and goes on with `next` inside; `done` is told of what fails before. */
type Opener = (request: object, response: object, done: Done, next: Done) => void;

/** The part of Nest's HTTP adapters that this uses. */
interface Adapter {
  setOnRequestHook(hook: Hook): void;
  getType(): string;
  getInstance(): unknown;
}

/**
 * Opens a scope for every HTTP request, before middleware, guards and body parsers, on Express and Fastify alike.
 * It decides nothing: the guard enforces what the resolvers said.
 */
@Injectable()
export class HttpTransport {
  readonly #adapterHost: HttpAdapterHost;
  readonly #cls: ClsService;
  readonly #clients: ScopeClients;
  readonly #resolution: TenantResolution;
  readonly #serverless: ServerlessHeaders;

  constructor(
    adapterHost: HttpAdapterHost,
    cls: ClsService,
    resolution: TenantResolution,
    clients: ScopeClients,
    serverless: ServerlessHeaders,
  ) {
    this.#adapterHost = adapterHost;
    this.#cls = cls;
    this.#clients = clients;
    this.#resolution = resolution;
    this.#serverless = serverless;
  }

  /** Hooks into the application's HTTP adapter, where there is one. A hook that somebody has set before runs after ours, inside. */
  install(): void {
    const adapter = this.#adapterHost.httpAdapter as unknown as Adapter | undefined;
    if (adapter === undefined) return;
    assertRequestHook(adapter);
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

  /** Express hands out Node's own objects, and its responses share a prototype; to look for what others wrap takes long there. */
  #opener(adapter: Adapter): Opener {
    const prototype = adapter.getType() === 'express' ? prototypeOfResponses(adapter.getInstance()) : undefined;
    const isPrepared = prototype !== undefined;
    if (isPrepared) prepareResponses(prototype);
    const parts: HttpExchangeParts = {
      resolution: this.#resolution,
      applicationId: this.#clients.applicationId,
      ends: new HttpResponseEnds(),
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
    const outcome = exchange.hearHead();
    if (outcome instanceof Promise)
      void outcome.then((late) => this.#enter(exchange, late, next, observed)).catch(done);
    else this.#enter(exchange, outcome, next, observed);
  }

  #enter(exchange: HttpExchange, outcome: ResolutionOutcome, next: Done, observed?: ObservedRequest): void {
    const scope = new TenantScope(exchange.report(outcome), this.#clients, exchange);
    observed?.opened(scope);
    const store = storeWith(this.#cls, scope);
    exchange.keepIn(store);
    enter(this.#cls, store, scope, next);
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
