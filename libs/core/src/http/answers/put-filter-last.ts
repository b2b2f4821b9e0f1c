import type { ExceptionFilter } from '@nestjs/common';
import type { ModuleRef, NestContainer } from '@nestjs/core';

/**
 * Makes every global filter of the application come before this one, whichever module was imported first. Of several
 * filters that fit, Nest takes the one that was registered last. Where its container cannot be reached, the order stays.
 */
export function putFilterLast(moduleRef: ModuleRef, filter: ExceptionFilter): void {
  const container = Reflect.get(moduleRef, 'container') as NestContainer | undefined;
  const filters = container?.applicationConfig?.getGlobalFilters() ?? [];
  const at = filters.indexOf(filter);
  if (at > 0) filters.unshift(...filters.splice(at, 1));
}
