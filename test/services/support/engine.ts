import { tenantId } from '@tenantry/core';
import { QuickJsEngine } from '@tenantry/services';
import type {
  Capabilities,
  QuickJsEngineOptions,
  ServiceInvocation,
  ServiceLimits,
  ServiceReply,
  ServiceRequest,
  ServiceRuntime,
} from '@tenantry/services';

/** A request without anything special. */
function request(changes: Partial<ServiceRequest> = {}): ServiceRequest {
  return { method: 'GET', path: '/', query: '', headers: {}, body: null, encoding: 'utf8', ...changes };
}

/** What a tenant of {@link engineForTests} is made with. */
export interface TestTenantOptions {
  readonly limits?: Partial<ServiceLimits>;
  readonly capabilities?: Capabilities;
}

/** One tenant's services, run from their code alone. */
export interface TestTenant {
  readonly runtime: ServiceRuntime;
  readonly invocations: ServiceInvocation[];
  run(code: string, changes?: Partial<ServiceRequest>): Promise<ServiceReply>;
  /** Runs a service of a name and version. */
  runAs(name: string, version: number, code: string, changes?: Partial<ServiceRequest>): Promise<ServiceReply>;
}

/** An engine with one thread. */
export class EngineForTests {
  readonly engine: QuickJsEngine;

  constructor(options: QuickJsEngineOptions = {}) {
    this.engine = new QuickJsEngine({ threads: 1, ...options });
  }

  async tenant(id: string, { limits = {}, capabilities = new Map() }: TestTenantOptions = {}): Promise<TestTenant> {
    const invocations: ServiceInvocation[] = [];
    const onInvocation = (invocation: ServiceInvocation): void => void invocations.push(invocation);
    const runtime = await this.engine.open(tenantId(id), { limits, capabilities, onInvocation });
    const versions = new Map<string, number>();
    const runAs: TestTenant['runAs'] = (name, version, code, changes) =>
      runtime.invoke({ name, version, code: async () => code }, request(changes));
    const run: TestTenant['run'] = (code, changes) => {
      if (!versions.has(code)) versions.set(code, versions.size + 1);
      return runAs('service', versions.get(code) ?? 0, code, changes);
    };
    return { runtime, invocations, run, runAs };
  }

  close(): Promise<void> {
    return this.engine.close();
  }
}
