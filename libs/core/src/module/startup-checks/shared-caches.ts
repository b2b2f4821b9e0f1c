import { handlersOf } from '../../clients/reach/nest-graph.js';
import { TENANT_POLICY } from '../../guards/tenant-policy.js';
import { isPathTenantResolver } from '../../resolution/from-path.js';
import { classOf, entryEnhancersOf, globalEnhancersOf } from './application-enhancers.js';
import type { DiagnosedApplication, Finding } from './checked-application.js';

const CACHE_INTERCEPTOR = 'CacheInterceptor';
/** Metadata key by which `@nestjs/cache-manager` keeps `@CacheKey()`. */
const CACHE_KEY = 'cache_module:cache_key';

/**
 * Finds Nest's `CacheInterceptor` where it serves one tenant's answer to another: its key is the URL. A subclass with a
 * `trackBy` of its own is left alone, and so are routes that need no tenant, and tenants that are named by the URL alone.
 */
export const sharedCaches: Finding = (application) => {
  const places = [
    ...globalEnhancersOf(application, 'interceptor')
      .filter(keysByUrl)
      .map(() => 'all routes'),
    ...entryEnhancersOf(application, 'interceptor')
      .filter(({ enhancer, target, controller }) => keysByUrl(enhancer) && needsTenant(target, controller))
      .map(({ target, controller }) => nameOf(target, controller)),
  ];
  if (places.length === 0 || isTenantInUrl(application)) return [];
  return [
    `CacheInterceptor caches by URL, without the tenant (${[...new Set(places)].join(', ')}): one tenant gets the answer that was ` +
      'cached for another. Extend it and put the tenant into the key: override async trackBy(context) { const key = await super.trackBy(context); ' +
      'return key && `${tenantContext.tenant.id} ${key}`; }, or take it away.',
  ];
};

function keysByUrl(interceptor: unknown): boolean {
  const own = classOf(interceptor)?.prototype;
  const base = baseOf(own);
  return base !== undefined && Reflect.get(own as object, 'trackBy') === Reflect.get(base, 'trackBy');
}

/** The prototype of Nest's interceptor in a chain of prototypes; it may be a copy of the package. */
function baseOf(prototype: object | undefined): object | undefined {
  for (let level = prototype; level && level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
    if (level.constructor.name === CACHE_INTERCEPTOR && Object.hasOwn(level, 'trackBy')) return level;
  }
  return undefined;
}

function needsTenant(target: object, controller: object): boolean {
  const policy: unknown = Reflect.getMetadata(TENANT_POLICY, target) ?? Reflect.getMetadata(TENANT_POLICY, controller);
  return policy !== 'optional';
}

/** With `@CacheKey()` the key is not the URL. */
function isTenantInUrl(application: DiagnosedApplication): boolean {
  if (!application.resolvers.every(isPathTenantResolver)) return false;
  return !entryHandlers(application).some((target) => Reflect.hasMetadata(CACHE_KEY, target));
}

function entryHandlers(application: DiagnosedApplication): object[] {
  return [...application.modules.values()].flatMap(({ controllers }) =>
    [...controllers.values()].flatMap(({ metatype }) => handlersAndClass(metatype as { readonly prototype: object })),
  );
}

function handlersAndClass(controller: { readonly prototype: object }): object[] {
  return [controller, ...handlersOf(controller.prototype)];
}

function nameOf(target: object, controller: object): string {
  const { name } = controller as { readonly name: string };
  return target === controller ? name : `${name}.${(target as { readonly name: string }).name}`;
}
