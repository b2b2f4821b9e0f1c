import { APP_GUARD } from '@nestjs/core';
import type { InstanceWrapper } from '../../clients/reach/nest-graph.js';
import { TenantContext } from '../../context/tenant-context.js';
import { SuperTenantGuard } from '../../guards/super-tenant.guard.js';
import { TenantMembershipGuard } from '../../guards/tenant-membership.guard.js';
import { TenantGuard } from '../../guards/tenant.guard.js';
import { classOf, entryEnhancersOf, globalEnhancersOf } from './application-enhancers.js';
import type { NamedClass } from './application-enhancers.js';
import type { DiagnosedApplication, Finding } from './checked-application.js';
import { reaches } from './reaches.js';

/** What checks who is signed in: guards, strategies of Passport, middleware. */
const CHECKERS = ['canActivate', 'validate', 'use'] as const;
const CHECKS: readonly unknown[] = [TenantContext, TenantMembershipGuard];
const OWN: readonly unknown[] = [TenantGuard, SuperTenantGuard, TenantMembershipGuard];
/** Guards that limit the number of requests and do not check principals. */
const COUNTS_ONLY = /throttl|rate.?limit/i;
/** Middleware says by its name alone what it is for. */
const SIGNS_IN = /auth|jwt|session|passport|user|token|login|signin/i;

/**
 * Finds that users are signed in, and that nothing ties them to the tenant: every resolver reads what the client has
 * chosen, and no guard, strategy or middleware of the application knows the tenant. A token of one tenant is then good
 * at another's address.
 */
export const uncheckedPrincipals: Finding = (application) => {
  const { resolvers, adapterHost } = application;
  if (!adapterHost.httpAdapter || resolvers.some(({ trust }) => trust !== 'network')) return [];
  const guards = guardsOf(application);
  const checkers = wrappersOf(application);
  if (guards.some(isChecking) || checkers.some((checker) => reachesOne(checker, CHECKS))) return [];
  const composed = new Set<unknown>(checkers.filter((checker) => reachesOne(checker, [TenantGuard])).map(classOf));
  const signingIn = guards.map(classOf).filter((guard) => isSigningIn(guard) && !composed.has(guard)) as NamedClass[];
  const names = new Set([...signingIn, ...middlewareOf(application)].map(readableName));
  if (names.size === 0) return [];
  return [
    `Nothing ties who is signed in to the tenant: all resolvers (${resolvers.map(({ name }) => name).join(', ')}) read what the ` +
      `client has chosen, and ${[...names].join(', ')} does not know the tenant. A token of one tenant's user is good at every other ` +
      "tenant's address. Put the tenant into the token and fromJwtClaim() into resolvers, or set the option membership and use " +
      'TenantMembershipGuard behind your authentication: docs/guides/existing-applications.md.',
  ];
};

/** Nest's `mixin()`, and so `AuthGuard('jwt')` of Passport, names its class with 21 hexadecimal digits. */
function readableName({ name }: NamedClass): string {
  return /^[0-9a-f]{21}$/.test(name) ? "a guard made by a mixin (such as AuthGuard('jwt'))" : name;
}

/** Classes and instances. */
function guardsOf(application: DiagnosedApplication): readonly unknown[] {
  const declared = entryEnhancersOf(application, 'guard').map(({ enhancer }) => enhancer);
  return [...globalEnhancersOf(application, 'guard'), ...declared];
}

function isChecking(guard: unknown): boolean {
  const parts = typeof guard === 'object' && guard !== null ? Object.values(guard) : [];
  return isA(classOf(guard), [TenantMembershipGuard]) || parts.some((part) => isA(classOf(part), CHECKS));
}

function isSigningIn(guard: NamedClass | undefined): boolean {
  return guard !== undefined && !isA(guard, OWN) && !COUNTS_ONLY.test(guard.name);
}

/** Everything of the application that could check, with what it depends on. */
function wrappersOf({ modules, rootModule }: DiagnosedApplication): InstanceWrapper[] {
  return [...modules.values()]
    .filter(({ metatype }) => metatype !== rootModule)
    .flatMap(({ providers, injectables, middlewares }) => [providers, injectables, middlewares])
    .flatMap((wrappers) => [...wrappers.values()] as InstanceWrapper[])
    .filter((wrapper) => isChecker(wrapper) || String(wrapper.token).startsWith(APP_GUARD));
}

function isChecker({ metatype }: InstanceWrapper): boolean {
  if (typeof metatype !== 'function') return false;
  const prototype = Object(metatype.prototype) as Partial<Record<(typeof CHECKERS)[number], unknown>>;
  return CHECKERS.some((method) => typeof prototype[method] === 'function');
}

function reachesOne(wrapper: InstanceWrapper, classes: readonly unknown[]): boolean {
  return reaches(wrapper, ({ metatype }) => isA(metatype, classes));
}

function middlewareOf({ modules }: DiagnosedApplication): NamedClass[] {
  return [...modules.values()]
    .flatMap(({ middlewares }) => [...middlewares.values()])
    .map(classOf)
    .filter((middleware): middleware is NamedClass => middleware !== undefined && SIGNS_IN.test(middleware.name));
}

function isA(candidate: unknown, classes: readonly unknown[]): boolean {
  return classes.some(
    (each) =>
      candidate === each ||
      (typeof candidate === 'function' && candidate.prototype instanceof (each as new (...args: never[]) => object)),
  );
}
