import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TenantScope } from '../context/tenant-scope.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import type { Tenant } from '../tenant/tenant.js';
import type { TenantEntry } from './entry-step.js';

/** A request and its scope, as entry steps see them. */
export class HttpEntry implements TenantEntry {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #scope: TenantScope;

  constructor(request: IncomingMessage, response: ServerResponse, scope: TenantScope) {
    this.request = request;
    this.response = response;
    this.#scope = scope;
  }

  get outcome(): ResolutionOutcome {
    return this.#scope.outcome;
  }

  get tenant(): Tenant | null {
    const { outcome } = this.#scope;
    return outcome.kind === 'resolved' ? outcome.tenant : null;
  }

  get signal(): AbortSignal {
    return this.#scope.signal;
  }
}
