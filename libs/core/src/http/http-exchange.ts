import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClsStore } from 'nestjs-cls';
import type { EventLoopTurns } from '../kernel/event-loop-turns.js';
import { isExchangeOver, isResponseOver } from './responses/http-response-end.js';
import type { EndsWithResponse, HttpResponseEnds } from './responses/http-response-end.js';
import { isStillPrepared, keepPreparedInContext } from './responses/prepared-responses.js';
import { keepResponseInContext } from './responses/response-context.js';
import type { ScopeEntry, TenantScope } from '../context/tenant-scope.js';
import { TenantScopeEndedError } from '../errors/scope.errors.js';
import type { TenantResolution } from '../resolution/tenant-resolution.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
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
  readonly turns: EventLoopTurns;
  /** Whether responses share a prototype that is prepared. */
  readonly isPrepared: boolean;
}

/** A request and its response: what its scope is opened for. */
export class HttpExchange implements ScopeEntry, EndsWithResponse {
  /** Node's own request. */
  readonly carrier: IncomingMessage;
  /** Node's own. */
  readonly response: ServerResponse;
  readonly #parts: HttpExchangeParts;
  readonly #request: HttpTenantRequest;
  #scope: TenantScope | undefined;
  /** When the tenant was last evaluated. */
  #turn = 0;
  #isBodyRead = false;

  constructor(parts: HttpExchangeParts, raw: IncomingMessage, response: ServerResponse, platformRequest: object) {
    this.#parts = parts;
    this.carrier = raw;
    this.response = response;
    this.#request = new HttpTenantRequest(raw, platformRequest, parts.applicationId);
  }

  /** Publishes the request now and when its response is over. For a request that is observed. */
  observe(): ObservedRequest {
    const observed = new ObservedRequest(this.carrier, this.response, this.#parts.applicationId);
    publishRequestStarted(observed);
    this.#parts.ends.whenOver(this.carrier, observed);
    return observed;
  }

  /** What the head of the request says. Never rejects. */
  resolveHead(): MaybePromise<ResolutionOutcome> {
    return this.#parts.resolution.ofHead(this.#request);
  }

  /** The body counts once; the tenant's status and the expiry of its token count whenever time has passed. */
  evaluateAgain(known: ResolutionOutcome): MaybePromise<ResolutionOutcome> {
    const { resolution, turns } = this.#parts;
    const isLate = turns.current !== this.#turn;
    const isFirst = !this.#isBodyRead && resolution.readsBody;
    if (!isLate && !isFirst) return known;
    this.#turn = turns.current;
    this.#isBodyRead = true;
    const outcome = isFirst ? resolution.ofWhole(this.#request, known) : resolution.again(this.#request, known);
    if (outcome === known) return known;
    return outcome instanceof Promise
      ? outcome.then((late) => this.#reported(late, known))
      : this.#reported(outcome, known);
  }

  /** Notifies the audit channel when the request names two tenants. Returns the outcome as it came. */
  report(outcome: ResolutionOutcome): ResolutionOutcome {
    return reportConflict('http', this.#request, outcome);
  }

  /** The scope is open: the response emits its events in its context, and ends it. */
  enter(scope: TenantScope, store: ClsStore): void {
    this.#scope = scope;
    this.#turn = this.#parts.turns.current;
    const { carrier, response } = this;
    const endsIt = this.#parts.isPrepared
      ? keepPreparedInContext(carrier, this, store)
      : keepResponseInContext(response, store, this);
    if (!endsIt || isExchangeOver(carrier, response)) this.#parts.ends.whenOver(carrier, this);
  }

  beforeLease(): void {
    if (this.#parts.isPrepared && !isStillPrepared(this.response)) this.#parts.ends.whenOver(this.carrier, this);
  }

  /** A response that is complete, and one that has not begun, are left to their handler. */
  interrupt(): void {
    const { response } = this;
    if (response.headersSent && !response.writableEnded && !isResponseOver(response)) response.destroy();
  }

  end(): void {
    if (!isSent(this.response)) this.#scope?.abort(new TenantScopeEndedError('the client has disconnected'));
    this.#scope?.end();
  }

  #reported(outcome: ResolutionOutcome, known: ResolutionOutcome): ResolutionOutcome {
    return outcome === known ? known : this.report(outcome);
  }
}

/** Responses of HTTP/2 do not say whether all of it has been sent. */
function isSent({ writableFinished, writableEnded }: Partial<ServerResponse>): boolean {
  return (writableFinished ?? writableEnded) === true;
}
