import { SetMetadata } from '@nestjs/common';
import { ArgumentInvalidError } from '@tenantry/core';
import { LONGEST_MS } from '../kernel/longest.js';

/** How the answers of a handler are cached. */
export interface TenantCacheOptions {
  /** Milliseconds that an answer is used, 1 to 2,147,483,647. */
  readonly ttlMs: number;
  /** Names of request headers that the answer depends on, such as `accept-language`; they are sent as `Vary`. Default: none. */
  readonly vary?: readonly string[];
  /** Names by which {@link TenantResponseCache.purge} finds the answer. Default: none. */
  readonly tags?: readonly string[];
  /**
   * Whether all users of a tenant get the same answer. Default `false`: each user has an answer of its own.
   */
  readonly isPublic?: boolean;
}

/** {@link TenantCacheOptions}, checked and complete. */
export interface ResolvedTenantCacheOptions {
  readonly ttlMs: number;
  /** In lower case, sorted. */
  readonly vary: readonly string[];
  readonly tags: readonly string[];
  readonly isPublic: boolean;
}

/** Metadata key of {@link TenantCache}. */
export const TENANT_CACHE = 'tenantry:tenant-cache';

/**
 * Caches the answers of a GET handler, for each tenant by itself. Not cached are answers with another status than 200, with
 * `Set-Cookie`, `Cache-Control: no-store` or a `Vary` that the option does not name, streams, and every answer where there is no
 * tenant. Answers of the super tenant are not cached.
 *
 * @throws {@link ArgumentInvalidError} `MT_ARGUMENT_INVALID`
 * @example
 * `@TenantCache({ ttlMs: 60_000, tags: ['catalogue'], isPublic: true })`
 */
export function TenantCache(options: TenantCacheOptions): MethodDecorator {
  const { ttlMs, vary = [], tags = [], isPublic = false } = Object(options) as TenantCacheOptions;
  if (!Number.isInteger(ttlMs) || ttlMs < 1 || ttlMs > LONGEST_MS)
    throw new ArgumentInvalidError('ttlMs', ttlMs, `an integer from 1 to ${LONGEST_MS}`);
  assertNames('vary', vary, /^[\w-]+$/, 'names of headers');
  assertNames('tags', tags, /^.{1,100}$/, 'texts of 1 to 100 characters');
  const headers = [...new Set(vary.map((name) => name.toLowerCase()))].sort();
  return SetMetadata(TENANT_CACHE, { ttlMs, vary: headers, tags, isPublic } satisfies ResolvedTenantCacheOptions);
}

function assertNames(argument: string, names: readonly string[], pattern: RegExp, what: string): void {
  if (Array.isArray(names) && names.every((name: unknown) => typeof name === 'string' && pattern.test(name))) return;
  throw new ArgumentInvalidError(argument, names, `a list of ${what}`);
}
