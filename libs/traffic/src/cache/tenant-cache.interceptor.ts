import { Logger, StreamableFile } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { SUPER_TENANT_ID } from '@tenantry/core';
import type { TenantContext } from '@tenantry/core';
import { lastValueFrom, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { cacheKey } from './cache-key.js';
import type { CachedResponse } from './cached-response.js';
import { entityTag, isKnown } from './entity-tag.js';
import type { AuthenticatedRequest, PrincipalOf } from '../kernel/principal.js';
import { cacheableHeaders, withVary } from './response-headers.js';
import type { PlatformResponse } from './response-headers.js';
import { TENANT_CACHE } from './tenant-cache.decorator.js';
import type { ResolvedTenantCacheOptions } from './tenant-cache.decorator.js';
import type { TenantResponseCache } from './tenant-response-cache.js';

interface CachedRequest extends AuthenticatedRequest {
  readonly method: string;
  readonly url: string;
  readonly originalUrl?: string;
}

/** One request of a handler with `@TenantCache`. */
interface Exchange {
  readonly request: CachedRequest;
  readonly response: PlatformResponse & { setHeader?: SetHeader; header?: SetHeader };
  readonly options: ResolvedTenantCacheOptions;
}

type SetHeader = (name: string, value: string) => unknown;

/** Answers from the cache where `@TenantCache` says so. The first interceptor of all: what is kept is what was sent. */
export class TenantCacheInterceptor implements NestInterceptor {
  readonly #cache: TenantResponseCache;
  readonly #context: TenantContext;
  readonly #principalOf: PrincipalOf;
  readonly #now: () => number;
  readonly #logger = new Logger('Traffic');
  #isReported = false;

  constructor(cache: TenantResponseCache, context: TenantContext, principalOf: PrincipalOf, now: () => number) {
    this.#cache = cache;
    this.#context = context;
    this.#principalOf = principalOf;
    this.#now = now;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> | Promise<Observable<unknown>> {
    const options = optionsOf(context);
    if (options === undefined) return next.handle();
    const http = context.switchToHttp();
    const exchange: Exchange = { request: http.getRequest(), response: http.getResponse(), options };
    const place = this.#placeOf(exchange);
    return place === undefined ? next.handle() : this.#answer(exchange, place, next);
  }

  async #answer(exchange: Exchange, place: Place, next: CallHandler): Promise<Observable<unknown>> {
    const own: { value?: unknown } = {};
    const { response, isOwn } = await this.#cache.find(place.tenantId, place.key, async () => {
      const before = { ...exchange.response.getHeaders() };
      own.value = await lastValueFrom(next.handle(), { defaultValue: undefined });
      return this.#kept(exchange, before, own.value);
    });
    if (response === undefined) return isOwn ? of(own.value) : next.handle();
    return of(this.#send(exchange, response));
  }

  /** Where the answer is kept; `undefined` = this request is answered without the cache. */
  #placeOf({ request, options }: Exchange): Place | undefined {
    const tenant = this.#context.tenantOrNull;
    if (request.method !== 'GET' || tenant === null || tenant.id === SUPER_TENANT_ID) return undefined;
    if (request.headers['range'] !== undefined || /no-store/i.test(headerOf(request, 'cache-control')))
      return undefined;
    const principal = options.isPublic ? null : this.#principalOf(request);
    if (principal === undefined) return this.#reportUnknown();
    const key = cacheKey({
      tenantId: tenant.id,
      generation: tenant.generation,
      method: request.method,
      url: request.originalUrl ?? request.url,
      headers: options.vary.map((name) => headerOf(request, name)),
      principal,
    });
    return { tenantId: tenant.id, key };
  }

  #reportUnknown(): undefined {
    if (!this.#isReported)
      this.#logger.warn(
        'A request of a handler with @TenantCache carries credentials, and its user is not known: it is answered without the cache. Set the option cache.principal, or isPublic where all users of a tenant get the same answer. Logged once.',
      );
    this.#isReported = true;
    return undefined;
  }

  #kept({ response, options }: Exchange, before: Record<string, unknown>, value: unknown): CachedResponse | undefined {
    if (response.statusCode !== 200 || value === undefined || isStream(value) || isSent(response)) return undefined;
    const headers = cacheableHeaders(before, response.getHeaders(), options.vary);
    const body = headers === undefined ? undefined : jsonOf(value);
    if (headers === undefined || body === undefined) return undefined;
    const madeAt = this.#now();
    const etag = headers['etag'] ?? entityTag(body);
    return { body, headers, etag, madeAt, expiresAt: madeAt + options.ttlMs, tags: options.tags };
  }

  #send({ request, response, options }: Exchange, kept: CachedResponse): unknown {
    const set = (name: string, value: string): unknown =>
      (response.setHeader ?? response.header)?.call(response, name, value);
    if (response.getHeaders()['cache-control'] === undefined) set('cache-control', 'private, no-cache');
    for (const [name, value] of Object.entries(kept.headers)) set(name, value);
    set('etag', kept.etag);
    if (options.vary.length > 0) set('vary', withVary(response.getHeaders()['vary'], options.vary));
    if (isKnown(headerOf(request, 'if-none-match') || undefined, kept.etag)) {
      response.status(304);
      return undefined;
    }
    return JSON.parse(kept.body ?? 'null') as unknown;
  }
}

interface Place {
  readonly tenantId: string;
  readonly key: string;
}

/** Metadata by which Nest marks handlers that send events. */
const SSE = '__sse__';

function optionsOf(context: ExecutionContext): ResolvedTenantCacheOptions | undefined {
  if (context.getType() !== 'http') return undefined;
  const handler = context.getHandler();
  if (Reflect.hasMetadata(SSE, handler)) return undefined;
  return Reflect.getMetadata(TENANT_CACHE, handler) as ResolvedTenantCacheOptions | undefined;
}

function headerOf({ headers }: CachedRequest, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}

function isSent(response: PlatformResponse): boolean {
  const { headersSent, sent } = response as { readonly headersSent?: boolean; readonly sent?: boolean };
  return headersSent === true || sent === true;
}

function isStream(value: unknown): boolean {
  if (value instanceof StreamableFile || ArrayBuffer.isView(value)) return true;
  return typeof (value as { pipe?: unknown } | null)?.pipe === 'function';
}

/** What JSON cannot express is left to the adapter. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
