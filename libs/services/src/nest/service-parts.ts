import { numberOption } from '@tenantry/core/spi';
import { systemClock } from '@tenantry/core';
import type { Clock, JsonValue, Tenant, TenantId } from '@tenantry/core';
import { ServiceDirectory } from '../artifacts/service-directory.js';
import { grantedCapabilities } from '../capabilities/granted-capabilities.js';
import { ServiceLog } from '../capabilities/service-log.js';
import { QuickJsEngine } from '../engine/quickjs-engine.js';
import type {
  CapabilityCall,
  ServiceEngine,
  ServiceInvocation,
  ServiceRef,
  ServiceRuntime,
} from '../engine/service-engine.js';
import { resolveServiceLimits } from '../kernel/service-limits.js';
import type { ServiceLimits } from '../kernel/service-limits.js';
import { publishInvocation } from './invocation-events.js';
import type { ServicesOptions } from './services-options.js';

/** What the providers of the module share. @internal */
export class ServiceParts {
  readonly options: ServicesOptions;
  readonly engine: ServiceEngine;
  readonly log: ServiceLog;
  readonly directory: ServiceDirectory;
  /** Set by the invoker, which is made later. */
  callService: (call: CapabilityCall, ...args: readonly JsonValue[]) => Promise<JsonValue | undefined> = () =>
    Promise.reject(new Error('The services are not ready.'));

  /** @throws `MT_OPTIONS_INVALID`, `MT_SERVICE_ENGINE_UNUSABLE` */
  constructor(options: ServicesOptions) {
    const { store, engine = {}, maxStalenessMs = 1_000 } = options;
    const clock: Clock = options.clock ?? systemClock;
    this.options = options;
    this.engine = 'open' in engine ? engine : new QuickJsEngine({ clock, ...engine });
    this.log = new ServiceLog(options.log);
    this.directory = new ServiceDirectory(
      store,
      clock,
      numberOption('maxStalenessMs', maxStalenessMs, { min: 0, max: 60_000, whole: true }),
    );
  }

  limitsOf(tenant: Tenant): ServiceLimits {
    return resolveServiceLimits('plan.limits', this.options.plan?.(tenant).limits);
  }

  /** Opens a tenant's runtime; the factory of the client kind. */
  async open(tenant: Tenant): Promise<ServiceRuntime> {
    const { capabilities = {}, limits = {} } = this.options.plan?.(tenant) ?? {};
    const { values } = this.options;
    const runtime = await this.engine.open(tenant.id, {
      limits,
      capabilities: grantedCapabilities(capabilities, {
        values,
        log: this.log,
        callService: (...args) => this.callService(...args),
      }),
      onInvocation: (invocation) => this.#report(invocation),
    });
    if (this.options.loading === 'eager') await this.#loadAll(tenant.id, runtime);
    return runtime;
  }

  /** A version, with the way to its code. */
  refOf(tenantId: TenantId, name: string, version: number): ServiceRef {
    const code = async (): Promise<string> => {
      const found = await this.options.store.find({ tenantId, kind: 'service', name }, version);
      if (found === null) throw new Error('The version was deleted.');
      return found.code;
    };
    return { name, version, code };
  }

  async #loadAll(tenantId: TenantId, runtime: ServiceRuntime): Promise<void> {
    const active = await this.directory.all(tenantId, 'service');
    for (const { name, version } of active.values()) await runtime.load(this.refOf(tenantId, name, version));
  }

  #report(invocation: ServiceInvocation): void {
    this.log.addFailure(invocation);
    publishInvocation(invocation);
  }
}
