import { APP_GUARD } from '@nestjs/core';
import { entryWrappersOf } from '../../clients/reach/entry-classes.js';
import { handlersOf } from '../../clients/reach/nest-graph.js';
import type { InstanceWrapper, Module } from '../../clients/reach/nest-graph.js';
import { TenantGuard } from '../../guards/tenant.guard.js';
import type { DiagnosedApplication, Finding } from './checked-application.js';
import { reaches } from './reaches.js';

const GUARDS = '__guards__';

/** Finds that the guard is left to the application, and that the application has put it nowhere. */
export const unguardedRoutes: Finding = (application) => {
  if (application.guard === 'global' || isUsed(application)) return [];
  return [
    "guard: 'manual' is set and nothing uses TenantGuard: a request without a tenant, or with one that cannot be used, reaches every handler. " +
      "Put @UseGuards(TenantGuard) on what serves tenants, or leave guard at 'global'.",
  ];
};

function isUsed({ modules, config, rootModule }: DiagnosedApplication): boolean {
  const own = [...modules.values()].filter(({ metatype }) => metatype !== rootModule);
  const globalGuards = [
    ...config.getGlobalGuards(),
    ...config.getGlobalRequestGuards().map(({ instance }) => instance as object),
  ];
  return globalGuards.some(isTenantGuard) || own.some(isGuarded);
}

function isGuarded(module: Module): boolean {
  const globals = [...module.providers.values()].filter(({ token }) => String(token).startsWith(APP_GUARD));
  const entries = entryWrappersOf(module);
  return entries.some(hasGuardInstance) || [...globals, ...entries].some((wrapper) => reaches(wrapper, isGuardWrapper));
}

/** Guards that were given as objects are not part of Nest's graph. */
function hasGuardInstance({ metatype }: InstanceWrapper): boolean {
  const entry = metatype as { readonly prototype: object };
  return [entry, ...handlersOf(entry.prototype)].some((target) => {
    const guards = Reflect.getMetadata(GUARDS, target) as readonly unknown[] | undefined;
    return guards?.some(isTenantGuard) ?? false;
  });
}

function isGuardWrapper({ metatype }: InstanceWrapper): boolean {
  return typeof metatype === 'function' && (metatype === TenantGuard || metatype.prototype instanceof TenantGuard);
}

function isTenantGuard(guard: unknown): boolean {
  return guard instanceof TenantGuard;
}
