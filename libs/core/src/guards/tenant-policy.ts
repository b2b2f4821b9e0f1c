import type { ExecutionContext } from '@nestjs/common';

/** Metadata key of a route's policy. @internal */
export const TENANT_POLICY = 'tenantry:policy';

/** What a route asks of the tenant: there must be one, there may be one, or it is the super tenant's. */
export type TenantPolicy = 'required' | 'optional' | 'super';

/** Reads the policies of routes, the handler's before the controller's, and remembers them. */
export class TenantPolicies {
  readonly #known = new WeakMap<object, WeakMap<object, TenantPolicy>>();

  /** The policy of the route that a context is about. Default `required`. */
  of(context: ExecutionContext): TenantPolicy {
    const controller = context.getClass();
    const handler = context.getHandler();
    return this.#known.get(controller)?.get(handler) ?? this.#learn(controller, handler);
  }

  #learn(controller: object, handler: object): TenantPolicy {
    const policies = this.#known.get(controller) ?? new WeakMap<object, TenantPolicy>();
    const policy = read(handler) ?? read(controller) ?? 'required';
    this.#known.set(controller, policies.set(handler, policy));
    return policy;
  }
}

function read(target: object): TenantPolicy | undefined {
  return Reflect.getMetadata(TENANT_POLICY, target) as TenantPolicy | undefined;
}
