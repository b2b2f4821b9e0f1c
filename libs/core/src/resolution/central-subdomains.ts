import { OptionsInvalidError } from '../errors/usage.errors.js';

const OPTION = 'fromHost.centralSubdomains';
const LABELS = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const RANGE = 'a list of names before the base domain, in lower case and without it, such as ["www", "app"]';

/** Names before the base domain that belong to the service itself, such as `www` and `app`. Immutable. */
export class CentralSubdomains {
  readonly #names: ReadonlySet<string>;

  /** @throws `MT_OPTIONS_INVALID` for what is no list of names, and for names without a base domain */
  constructor(names: readonly string[] = [], baseDomain: string | undefined) {
    if (!Array.isArray(names)) throw new OptionsInvalidError(OPTION, names, RANGE);
    for (const name of names as readonly unknown[]) {
      if (typeof name !== 'string' || !LABELS.test(name)) throw new OptionsInvalidError(OPTION, name, RANGE);
    }
    if (names.length > 0 && baseDomain === undefined) {
      throw new OptionsInvalidError(OPTION, names[0], 'names beside a baseDomain: without one, no host is a subdomain');
    }
    this.#names = new Set(names);
  }

  /**
   * What names the tenant in the labels before the base domain: a central name before the tenant's own is left out
   * (`www.foo` is `foo`); `null` where the labels are a central name alone.
   */
  tenantIn(labels: string): string | null {
    if (this.#names.size === 0) return labels;
    if (this.#names.has(labels)) return null;
    const end = labels.indexOf('.');
    const isPrefixed = end > 0 && this.#names.has(labels.slice(0, end));
    const own = isPrefixed ? labels.slice(end + 1) : labels;
    return this.#names.has(own) ? null : own;
  }
}
