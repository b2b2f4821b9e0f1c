import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ClsService } from 'nestjs-cls';
import { HttpResponseEnds, rawOf } from '../context/http-response-end.js';
import { keepResponseInContext } from '../context/response-context.js';
import { ScopeClients } from '../context/scope-clients.js';
import { runInScope } from '../context/scope-store.js';
import { TenantScope } from '../context/tenant-scope.js';
import type { TenantRequest } from '../resolution/tenant-request.js';
import { TenantResolution } from '../resolution/tenant-resolution.js';
import { isPromise } from '../tenant/maybe-promise.js';
import type { MaybePromise } from '../tenant/maybe-promise.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import { HttpTenantRequest } from './http-tenant-request.js';
import { reportConflict } from './report-conflict.js';

type Done = (error?: unknown) => void;
type Hook = (request: object, response: object, done: Done) => void;

/** Node's own request and response, and what comes after the scope has opened. */
interface Exchange {
  readonly raw: IncomingMessage;
  readonly response: ServerResponse;
  readonly next: Done;
}

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
  readonly #resolution: TenantResolution;
  readonly #clients: ScopeClients;
  readonly #ends = new HttpResponseEnds();

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
    const open = (request: object, response: object, done: Done, next: Done): void =>
      this.#open({ raw: rawOf(request), response: rawOf(response), next }, request, done);
    adapter.setOnRequestHook(
      typeof earlier !== 'function'
        ? (request, response, done) => open(request, response, done, done)
        : (request, response, done) =>
            open(request, response, done, () => (earlier as Hook).call(adapter, request, response, done)),
    );
  }

  #open(exchange: Exchange, platformRequest: object, done: Done): void {
    const request = new HttpTenantRequest(exchange.raw, platformRequest);
    const outcome = this.#resolution.ofHead(request);
    if (isPromise(outcome)) void outcome.then((late) => this.#enter(exchange, request, late)).catch(done);
    else this.#enter(exchange, request, outcome);
  }

  #enter(exchange: Exchange, request: TenantRequest, outcome: ResolutionOutcome): void {
    reportConflict('http', request, outcome);
    runInScope(this.#cls, this.#scope(exchange, request, outcome), () => {
      keepResponseInContext(exchange.response);
      exchange.next();
    });
  }

  #scope({ raw, response }: Exchange, request: TenantRequest, outcome: ResolutionOutcome): TenantScope {
    const whenOver = (end: () => void): void => this.#ends.whenOver(raw, response, end);
    const parts = { outcome, clients: this.#clients, whenOver };
    if (!this.#resolution.readsBody) return new TenantScope(parts);
    return new TenantScope({ ...parts, hearBody: (head) => this.#hearBody(request, head) });
  }

  #hearBody(request: TenantRequest, head: ResolutionOutcome): MaybePromise<ResolutionOutcome> {
    const outcome = this.#resolution.ofWhole(request, head);
    const report = (late: ResolutionOutcome): ResolutionOutcome =>
      late === head ? late : reportConflict('http', request, late);
    return isPromise(outcome) ? outcome.then(report) : report(outcome);
  }
}
