import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ClsService } from 'nestjs-cls';
import { HttpResponseEnds, rawOf } from '../context/http-response-end.js';
import { keepResponseInContext } from '../context/response-context.js';
import { ScopeClients } from '../context/scope-clients.js';
import { runInScope } from '../context/scope-store.js';
import { TenantScope } from '../context/tenant-scope.js';
import { TenantResolution } from '../resolution/tenant-resolution.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import { HttpExchange } from './http-exchange.js';
import type { HttpExchangeParts } from './http-exchange.js';

type Done = (error?: unknown) => void;
type Hook = (request: object, response: object, done: Done) => void;

/** The part of Nest's HTTP adapters that this uses. */
interface Adapter {
  setOnRequestHook(hook: Hook): void;
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
  readonly #parts: HttpExchangeParts;

  constructor(adapterHost: HttpAdapterHost, cls: ClsService, resolution: TenantResolution, clients: ScopeClients) {
    this.#adapterHost = adapterHost;
    this.#cls = cls;
    this.#clients = clients;
    this.#parts = { resolution, ends: new HttpResponseEnds() };
  }

  /** Hooks into the application's HTTP adapter, where there is one. A hook that somebody has set before runs after ours, inside. */
  install(): void {
    const adapter = this.#adapterHost.httpAdapter as unknown as Adapter | undefined;
    if (adapter === undefined) return;
    const earlier: unknown = Reflect.get(adapter, 'onRequestHook');
    const open = (request: object, response: object, done: Done, next: Done): void =>
      this.#open(new HttpExchange(this.#parts, rawOf(request), rawOf(response), request), done, next);
    adapter.setOnRequestHook(
      typeof earlier !== 'function'
        ? (request, response, done) => open(request, response, done, done)
        : (request, response, done) =>
            open(request, response, done, () => (earlier as Hook).call(adapter, request, response, done)),
    );
  }

  #open(exchange: HttpExchange, done: Done, next: Done): void {
    const outcome = exchange.hearHead();
    if (outcome instanceof Promise) void outcome.then((late) => this.#enter(exchange, late, next)).catch(done);
    else this.#enter(exchange, outcome, next);
  }

  #enter(exchange: HttpExchange, outcome: ResolutionOutcome, next: Done): void {
    const scope = new TenantScope(exchange.report(outcome), this.#clients, exchange);
    runInScope(this.#cls, scope, () => {
      keepResponseInContext(exchange.response);
      next();
    });
  }
}
