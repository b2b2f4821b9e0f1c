import type { CanActivate } from '@nestjs/common';
import type { ModuleRef, NestContainer } from '@nestjs/core';

/**
 * Puts a global guard before the other global guards. Nest orders them as it happens to scan the modules, and has no
 * public way to change that. Where its container cannot be reached, the order stays: other errors may come first, and access is as safe.
 */
export function putGuardFirst(moduleRef: ModuleRef, guard: CanActivate): void {
  const container = Reflect.get(moduleRef, 'container') as NestContainer | undefined;
  const guards = container?.applicationConfig?.getGlobalGuards() ?? [];
  const at = guards.indexOf(guard);
  if (at > 0) guards.unshift(...guards.splice(at, 1));
}
