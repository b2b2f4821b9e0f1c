import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpResponseEnds } from '../context/http-response-end.js';
import type { ScopeEntry } from '../context/tenant-scope.js';
import type { TenantResolution } from '../resolution/tenant-resolution.js';
import type { MaybePromise } from '../tenant/maybe-promise.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import { HttpTenantRequest } from './http-tenant-request.js';
import { reportConflict } from './report-conflict.js';

/** What all exchanges of an application share. */
export interface HttpExchangeParts {
  readonly resolution: TenantResolution;
  readonly ends: HttpResponseEnds;
}

/** A request and its response: what its scope is opened for. */
export class HttpExchange implements ScopeEntry {
  /** Node's own. */
  readonly response: ServerResponse;
  readonly #parts: HttpExchangeParts;
  readonly #raw: IncomingMessage;
  readonly #request: HttpTenantRequest;

  constructor(parts: HttpExchangeParts, raw: IncomingMessage, response: ServerResponse, platformRequest: object) {
    this.#parts = parts;
    this.#raw = raw;
    this.response = response;
    this.#request = new HttpTenantRequest(raw, platformRequest);
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

  whenOver(end: () => void): void {
    this.#parts.ends.whenOver(this.#raw, this.response, end);
  }
}
