import type { ExecutionContext } from '@nestjs/common';
import { CentralRoutes } from './central-routes.js';

/** Metadata key of a route's policy. @internal */
export const TENANT_POLICY = 'tenantry:policy';

/** What a route asks of the tenant: there must be one, there may be one, or it is the super tenant's. */
export type TenantPolicy = 'required' | 'optional' | 'super';

/** Reads the policies of routes, the handler's before the controller's, and caches them. */
export class TenantPolicies {
  readonly #central: CentralRoutes;
  readonly #known = new WeakMap<object, WeakMap<object, TenantPolicy | 'undeclared'>>();

  /** @param central routes whose default is `optional`; none by default */
  constructor(central: CentralRoutes = new CentralRoutes()) {
    this.#central = central;
  }

  /** The policy of the route that a context is about. Default `required`. */
  of(context: ExecutionContext): TenantPolicy {
    const controller = context.getClass();
    const handler = context.getHandler();
    const declared = this.#known.get(controller)?.get(handler) ?? this.#learn(controller, handler);
    if (declared !== 'undeclared') return declared;
    return this.#central.include(context) ? 'optional' : 'required';
  }

  #learn(controller: object, handler: object): TenantPolicy | 'undeclared' {
    const policies = this.#known.get(controller) ?? new WeakMap<object, TenantPolicy | 'undeclared'>();
    const policy = read(handler) ?? read(controller) ?? 'undeclared';
    this.#known.set(controller, policies.set(handler, policy));
    return policy;
  }
}

function read(target: object): TenantPolicy | undefined {
  return Reflect.getMetadata(TENANT_POLICY, target) as TenantPolicy | undefined;
}
