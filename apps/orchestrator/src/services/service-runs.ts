import { Injectable } from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { TenantContext } from '@tenantry/core';
import { replyBody, ServiceInvoker, sharedHostHeaders, toServiceRequest } from '@tenantry/services';
import { nodeRequestOf } from '../http/node-request.js';

/** What follows the name of the service in the target of the request. */
const BELOW = /^(?:\/t\/[^/?]+)?\/services\/[^/?]+(\/[^?]*)?/i;

/** Runs services of the current tenant for HTTP requests. */
@Injectable()
export class ServiceRuns {
  readonly #context: TenantContext;
  readonly #services: ServiceInvoker;
  readonly #adapterHost: HttpAdapterHost;

  constructor(context: TenantContext, services: ServiceInvoker, adapterHost: HttpAdapterHost) {
    this.#context = context;
    this.#services = services;
    this.#adapterHost = adapterHost;
  }

  /** Runs the active version, which sees no credentials of the caller. Sets status and headers. @returns the body */
  async run(name: string, request: { readonly body?: unknown }, response: object): Promise<StreamableFile> {
    const node = nodeRequestOf(request);
    const below = BELOW.exec(node.url ?? '')?.[1] ?? '/';
    const body = request.body instanceof Uint8Array ? request.body : undefined;
    const { tenant, signal } = this.#context;
    const reply = await this.#services.invoke(tenant.id, name, toServiceRequest(node, below, body), { signal });
    const adapter = this.#adapterHost.httpAdapter;
    adapter.status(response, reply.status);
    for (const [header, value] of Object.entries(sharedHostHeaders(reply))) adapter.setHeader(response, header, value);
    return replyBody(reply);
  }
}
