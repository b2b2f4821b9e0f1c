import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EndsWithResponse } from './responses/http-response-end.js';
import type { TenantScope } from '../context/tenant-scope.js';
import { publishRequestEnded } from '../observability/request-events.js';
import type { TenantRequestEvent } from '../observability/request-events.js';

/** A request that has a subscriber on the diagnostics channels. */
export class ObservedRequest implements TenantRequestEvent, EndsWithResponse {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly applicationId: string | undefined;
  #scope: TenantScope | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, applicationId: string | undefined) {
    this.request = request;
    this.response = response;
    this.applicationId = applicationId;
  }

  get tenantId(): string | undefined {
    const outcome = this.#scope?.outcome;
    return outcome?.kind === 'resolved' ? outcome.tenant.id : undefined;
  }

  /** Takes note of the scope that was opened for it. */
  opened(scope: TenantScope): void {
    this.#scope = scope;
  }

  end(): void {
    publishRequestEnded(this);
  }
}
