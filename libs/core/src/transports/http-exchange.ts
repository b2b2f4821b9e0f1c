import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClsStore } from 'nestjs-cls';
import type { EndsWithResponse, HttpResponseEnds } from '../context/http-response-end.js';
import { endWithTurn, keepPreparedInContext } from '../context/prepared-responses.js';
import { keepResponseInContext } from '../context/response-context.js';
import type { ScopeEntry } from '../context/tenant-scope.js';
import type { TenantResolution } from '../resolution/tenant-resolution.js';
import type { MaybePromise } from '../tenant/maybe-promise.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import { HttpTenantRequest } from './http-tenant-request.js';
import { publishRequestStarted } from '../observability/request-events.js';
import { ObservedRequest } from './observed-request.js';
import { reportConflict } from './report-conflict.js';

/** What all exchanges of an application share. */
export interface HttpExchangeParts {
  readonly resolution: TenantResolution;
  readonly applicationId: string | undefined;
  readonly ends: HttpResponseEnds;
  /** Whether responses share a prototype that is prepared. */
  readonly isPrepared: boolean;
}

/** A request and its response: what its scope is opened for. */
export class HttpExchange implements ScopeEntry, EndsWithResponse {
  /** Node's own. */
  readonly response: ServerResponse;
  readonly #raw: IncomingMessage;
  readonly #parts: HttpExchangeParts;
  readonly #request: HttpTenantRequest;
  #scope: { end(): void } | undefined;

  constructor(parts: HttpExchangeParts, raw: IncomingMessage, response: ServerResponse, platformRequest: object) {
    this.#parts = parts;
    this.#raw = raw;
    this.response = response;
    this.#request = new HttpTenantRequest(raw, platformRequest, parts.applicationId);
  }

  /** Publishes the request now and when its response is over. For a request that is observed. */
  observe(): ObservedRequest {
    const observed = new ObservedRequest(this.#raw, this.response, this.#parts.applicationId);
    publishRequestStarted(observed);
    this.#parts.ends.whenOver(this.#raw, observed);
    return observed;
  }

  /** What the head of the request tells. Never rejects. */
  hearHead(): MaybePromise<ResolutionOutcome> {
    return this.#parts.resolution.ofHead(this.#request);
  }

  hearBody(head: ResolutionOutcome): MaybePromise<ResolutionOutcome> {
    const outcome = this.#parts.resolution.ofWhole(this.#request, head);
    if (outcome === head) return head;
    return outcome instanceof Promise ? outcome.then((late) => this.report(late)) : this.report(outcome);
  }

  /** Tells the audit channel when the request names two tenants. Returns the outcome as it came. */
  report(outcome: ResolutionOutcome): ResolutionOutcome {
    return reportConflict('http', this.#request, outcome);
  }

  /** Has the response tell its events in a context. */
  keepIn(store: ClsStore): void {
    if (this.#parts.isPrepared) keepPreparedInContext(this.#raw, this.response, store);
    else keepResponseInContext(this.response, store);
  }

  endWithWork(scope: { end(): void }): void {
    this.#scope = scope;
    if (this.#parts.isPrepared && !this.response.destroyed && endWithTurn(this.#raw, this)) return;
    this.#parts.ends.whenOver(this.#raw, this);
  }

  end(): void {
    this.#scope?.end();
  }
}
