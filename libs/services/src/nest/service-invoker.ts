import { Inject, Injectable } from '@nestjs/common';
import { getTenantClientRegistryToken } from '@tenantry/core';
import type { JsonValue, TenantClientRegistry, TenantId } from '@tenantry/core';
import type { ActiveArtifact } from '../artifacts/artifact.js';
import { objectArgument, textArgument } from '../capabilities/arguments.js';
import { CapabilityError } from '../engine/capability.error.js';
import type {
  CapabilityCall,
  InvokeOptions,
  ServiceReply,
  ServiceRequest,
  ServiceRuntime,
} from '../engine/service-engine.js';
import { ServiceNotFoundError } from '../kernel/service.errors.js';
import { ServiceParts } from './service-parts.js';

/** Name of the client kind: one runtime for each tenant. */
export const SERVICES_KIND = 'services';

/** How many services may call each other. */
const MAX_DEPTH = 3;

/** Runs the active services of tenants. */
@Injectable()
export class ServiceInvoker {
  readonly #parts: ServiceParts;
  readonly #runtimes: TenantClientRegistry<ServiceRuntime>;

  constructor(
    parts: ServiceParts,
    @Inject(getTenantClientRegistryToken(SERVICES_KIND)) runtimes: TenantClientRegistry<ServiceRuntime>,
  ) {
    this.#parts = parts;
    this.#runtimes = runtimes;
    parts.callService = (call, ...args) => this.#callService(call, args);
  }

  /** The active version of a service, and who may call it. @throws `MT_SERVICE_NOT_FOUND`, and what the store throws */
  async active(tenantId: TenantId, service: string): Promise<ActiveArtifact> {
    const active = await this.#parts.directory.find(tenantId, 'service', service);
    if (active === undefined) throw new ServiceNotFoundError({ tenantId, service });
    return active;
  }

  /**
   * Runs a service. Who may call it is the caller's to check, by {@link active}.
   *
   * @throws `MT_SERVICE_NOT_FOUND`, what the store throws, and as `ServiceRuntime.invoke`
   */
  async invoke(
    tenantId: TenantId,
    service: string,
    request: ServiceRequest,
    options: InvokeOptions = {},
  ): Promise<ServiceReply> {
    const { name, version } = await this.active(tenantId, service);
    const ref = this.#parts.refOf(tenantId, name, version);
    return this.#runtimes.use(tenantId, (runtime) => runtime.invoke(ref, request, options));
  }

  async #callService(call: CapabilityCall, [name, request]: readonly JsonValue[]): Promise<JsonValue> {
    const { tenantId, signal, depth } = call;
    if (depth >= MAX_DEPTH) throw new CapabilityError(`Services may call each other ${MAX_DEPTH} times in a row.`);
    const service = textArgument('The name of the service', name, 63);
    const reply = await this.invoke(tenantId, service, innerRequest(request), { signal, depth: depth + 1 }).catch(
      () => {
        throw new CapabilityError(`The service ${service} cannot answer.`);
      },
    );
    return { status: reply.status, headers: { ...reply.headers }, body: reply.body.toString('utf8') };
  }
}

function innerRequest(value: JsonValue | undefined): ServiceRequest {
  const { method, path, query, headers, body = null } = objectArgument('The request', value);
  const entries = Object.entries(objectArgument('headers', headers));
  return {
    method: textOf('method', method, 'GET').toUpperCase(),
    path: textOf('path', path, '/'),
    query: textOf('query', query, ''),
    headers: Object.fromEntries(entries.map(([name, text]) => [name.toLowerCase(), textOf(name, text, '')])),
    body: body === null || typeof body === 'string' ? body : JSON.stringify(body),
    encoding: 'utf8',
  };
}

function textOf(name: string, value: JsonValue | undefined, fallback: string): string {
  if (value === undefined) return fallback;
  if (typeof value === 'string') return value;
  throw new CapabilityError(`${name} is no text.`);
}
