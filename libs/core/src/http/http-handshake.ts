import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { ScopeClients } from '../context/scope-clients.js';
import { TenantResolution } from '../resolution/tenant-resolution.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import { HttpTenantRequest } from './http-tenant-request.js';
import { reportConflict } from './report-conflict.js';

/** Resolves the tenant of a connection by the HTTP request that opened it. For authors of transports. */
@Injectable()
export class HttpHandshake {
  readonly #resolution: TenantResolution;
  readonly #applicationId: string | undefined;

  constructor(resolution: TenantResolution, clients: ScopeClients) {
    this.#resolution = resolution;
    this.#applicationId = clients.applicationId;
  }

  /** What the resolvers answer for the request. Never rejects; resolvers that read a body do not run. */
  async resolve(request: IncomingMessage): Promise<ResolutionOutcome> {
    const tenantRequest = new HttpTenantRequest(request, request, this.#applicationId);
    return reportConflict('ws', tenantRequest, await this.#resolution.ofHead(tenantRequest));
  }
}
