import { MultitenancyError, OptionsInvalidError } from '@tenantry/core';
import { outsideScopes } from '@tenantry/core/spi';
import type { MaybePromise } from '@tenantry/core/spi';
import { BoundedCache } from './bounded-cache.js';
import { checkedIssuer } from './checked-issuer.js';
import type { CheckedIssuer, IssuerChecks } from './checked-issuer.js';
import type { IssuerLookup, IssuerOptions } from './issuer-options.js';
import { IssuerUnavailableError } from './jwt.errors.js';

/** The issuers that an application trusts. */
export interface Issuers {
  /**
   * Finds an issuer by its exact `iss`; `null` = unknown.
   *
   * @throws `MT_CATALOG_UNAVAILABLE` when it cannot be looked up; `MT_OPTIONS_INVALID` when what was found is wrong
   */
  find(issuer: string): MaybePromise<CheckedIssuer | null>;
}

/** Issuers that are known from the start. */
export class ListedIssuers implements Issuers {
  readonly #issuers = new Map<string, CheckedIssuer>();

  /** @throws `MT_OPTIONS_INVALID` */
  constructor(list: readonly IssuerOptions[], checks: IssuerChecks) {
    if (list.length === 0)
      throw new OptionsInvalidError('fromIssuers.issuers', list, 'at least one issuer, or a function');
    list.forEach((options, index) => {
      const issuer = checkedIssuer(`fromIssuers.issuers[${index}]`, options, checks);
      if (this.#issuers.has(issuer.issuer)) {
        throw new OptionsInvalidError(`fromIssuers.issuers[${index}].issuer`, issuer.issuer, 'each issuer once');
      }
      this.#issuers.set(issuer.issuer, issuer);
    });
  }

  find(issuer: string): CheckedIssuer | null {
    return this.#issuers.get(issuer) ?? null;
  }
}

/** How long, and how many, answers of a look-up are kept. */
export interface LookupLimits {
  readonly cacheMs: number;
  readonly maxIssuers: number;
}

interface Found {
  readonly issuer: CheckedIssuer | null;
  readonly until: number;
}

/**
 * Issuers that are looked up when a token names them, with one pending look-up per issuer. Unknown issuers have a cache of
 * their own, so that invented names cannot evict the known ones.
 */
export class LookedUpIssuers implements Issuers {
  readonly #lookup: IssuerLookup;
  readonly #checks: IssuerChecks;
  readonly #cacheMs: number;
  readonly #known: BoundedCache<string, Found>;
  readonly #unknown: BoundedCache<string, Found>;
  readonly #pending = new Map<string, Promise<CheckedIssuer | null>>();

  constructor(lookup: IssuerLookup, checks: IssuerChecks, { cacheMs, maxIssuers }: LookupLimits) {
    this.#lookup = lookup;
    this.#checks = checks;
    this.#cacheMs = cacheMs;
    this.#known = new BoundedCache(maxIssuers);
    this.#unknown = new BoundedCache(maxIssuers);
  }

  find(name: string): MaybePromise<CheckedIssuer | null> {
    const found = this.#known.get(name) ?? this.#unknown.get(name);
    if (found && this.#checks.clock.now() < found.until) return found.issuer;
    return this.#pending.get(name) ?? this.#ask(name, found?.issuer ?? undefined);
  }

  #ask(name: string, previous: CheckedIssuer | undefined): Promise<CheckedIssuer | null> {
    // The answer is shared: it is looked up in no request's scope.
    const pending = outsideScopes(() => this.#found(name, previous));
    this.#pending.set(name, pending);
    const clear = (): unknown => this.#pending.delete(name);
    pending.then(clear, clear);
    return pending;
  }

  async #found(name: string, previous: CheckedIssuer | undefined): Promise<CheckedIssuer | null> {
    const options = await this.#lookedUp(name);
    const issuer = options === null ? null : this.#checked(name, options, previous);
    this.#keep(name, issuer);
    return issuer;
  }

  async #lookedUp(name: string): Promise<IssuerOptions | null> {
    try {
      return (await this.#lookup(name)) ?? null;
    } catch (cause) {
      throw cause instanceof MultitenancyError
        ? cause
        : new IssuerUnavailableError('The issuer cannot be looked up', cause);
    }
  }

  #checked(name: string, options: IssuerOptions, previous: CheckedIssuer | undefined): CheckedIssuer {
    const issuer = checkedIssuer('fromIssuers.issuers()', options, this.#checks, previous);
    if (issuer.issuer === name) return issuer;
    throw new OptionsInvalidError('fromIssuers.issuers().issuer', issuer.issuer, 'the issuer that was asked for');
  }

  #keep(name: string, issuer: CheckedIssuer | null): void {
    const [place, other] = issuer ? [this.#known, this.#unknown] : [this.#unknown, this.#known];
    other.delete(name);
    place.set(name, { issuer, until: this.#checks.clock.now() + this.#cacheMs });
  }
}
