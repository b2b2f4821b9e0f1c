import type { ModulesContainer } from '@nestjs/core';
import { MultitenancyExceptionFilter } from './multitenancy-exception.filter.js';

const IS_GATEWAY = 'websockets:is_gateway';
const FILTERS = '__exceptionFilters__';

/**
 * Has every gateway answer this library's errors: Nest does not give global filters to gateways. The filters that a
 * gateway has of its own come before it.
 */
export function answerGateways(modules: ModulesContainer, filter: MultitenancyExceptionFilter): void {
  for (const { providers } of modules.values()) {
    for (const { metatype } of providers.values()) {
      if (typeof metatype === 'function' && Reflect.hasMetadata(IS_GATEWAY, metatype)) putLast(metatype, filter);
    }
  }
}

/** Of several filters that fit, Nest takes the one that was declared last. */
function putLast(gateway: object, filter: MultitenancyExceptionFilter): void {
  const own = (Reflect.getMetadata(FILTERS, gateway) as unknown[] | undefined) ?? [];
  if (own.some((each) => each instanceof MultitenancyExceptionFilter)) return;
  Reflect.defineMetadata(FILTERS, [filter, ...own], gateway);
}
