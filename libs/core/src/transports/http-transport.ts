import type { ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ClsService } from 'nestjs-cls';
import type { ClsStore } from 'nestjs-cls';
import { ScopeClients } from '../context/scope-clients.js';
import { runInScope } from '../context/scope-store.js';
import { TenantScope } from '../context/tenant-scope.js';
import type { TenantRequest } from '../resolution/tenant-request.js';
import { TenantResolution } from '../resolution/tenant-resolution.js';
import { isPromise } from '../tenant/maybe-promise.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import { HttpTenantRequest } from './http-tenant-request.js';

type Done = () => void;
type Hook = (request: object, response: object, done: Done) => void;

/** The part of Nest's HTTP adapters that this uses. */
interface Adapter {
  getType(): string;
  getInstance(): unknown;
  setOnRequestHook(hook: Hook): void;
}

interface FastifyLike {
  addHook(name: 'preValidation', hook: Hook): unknown;
  addHook(name: 'preParsing', hook: (request: object, response: object, payload: unknown, done: Done) => void): unknown;
}

/**
 * Opens a scope for every HTTP request, before middleware, guards and body parsers, on Express and Fastify alike.
 * It decides nothing: the guard enforces what the resolvers said.
 */
@Injectable()
export class HttpTransport {
  readonly #adapterHost: HttpAdapterHost;
  readonly #cls: ClsService;
  readonly #resolution: TenantResolution;
  readonly #clients: ScopeClients;

  constructor(adapterHost: HttpAdapterHost, cls: ClsService, resolution: TenantResolution, clients: ScopeClients) {
    this.#adapterHost = adapterHost;
    this.#cls = cls;
    this.#resolution = resolution;
    this.#clients = clients;
  }

  /** Hooks into the application's HTTP adapter, where there is one. A hook that somebody has set before runs after ours, inside. */
  install(): void {
    const adapter = this.#adapterHost.httpAdapter as unknown as Adapter | undefined;
    if (adapter === undefined) return;
    const earlier: unknown = Reflect.get(adapter, 'onRequestHook');
    adapter.setOnRequestHook((request, response, done) => {
      const next = typeof earlier === 'function' ? () => (earlier as Hook).call(adapter, request, response, done) : done;
      this.#open(request, response, next);
    });
    if (adapter.getType() === 'fastify') this.#keepContextAcrossBody(adapter.getInstance() as FastifyLike);
  }

  #open(request: object, response: object, next: Done): void {
    const tenantRequest = new HttpTenantRequest(rawOf(request), request);
    const enter = (outcome: ResolutionOutcome): void => {
      runInScope(this.#cls, this.#scope(tenantRequest, response, outcome), next);
    };
    const outcome = this.#resolution.ofHead(tenantRequest);
    if (isPromise(outcome)) void outcome.then(enter);
    else enter(outcome);
  }

  #scope(request: TenantRequest, response: object, outcome: ResolutionOutcome): TenantScope {
    const parts = { outcome, clients: this.#clients, whenOver: (end: () => void) => whenClosed(rawOf(response), end) };
    if (!this.#resolution.readsBody) return new TenantScope(parts);
    return new TenantScope({ ...parts, hearBody: (head) => this.#resolution.ofWhole(request, head) });
  }

  /** Fastify reads the body in event listeners, which run in the context of the socket: come back to the request's. */
  #keepContextAcrossBody(fastify: FastifyLike): void {
    const stores = new WeakMap<object, ClsStore>();
    fastify.addHook('preParsing', (request, _response, _payload, done) => {
      const store = this.#cls.get<ClsStore | undefined>();
      if (store !== undefined) stores.set(request, store);
      done();
    });
    fastify.addHook('preValidation', (request, _response, done) => {
      const store = stores.get(request);
      if (store === undefined || this.#cls.get<ClsStore | undefined>() === store) done();
      else this.#cls.runWith(store, done);
    });
  }
}

/** Node's own object behind a Fastify wrapper; Express objects are Node's own. */
function rawOf<T extends object>(platformObject: object): T {
  return (Reflect.get(platformObject, 'raw') ?? platformObject) as T;
}

function whenClosed(response: ServerResponse, end: () => void): void {
  if (response.closed || response.destroyed) end();
  else response.once('close', end);
}
