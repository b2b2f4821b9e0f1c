import { Logger } from '@nestjs/common';
import { quote } from '../errors/quote.js';
import { notApplicable, rejected, resolved } from './tenant-resolver.js';
import type { ResolverAnswer } from './tenant-resolver.js';
import type { TenantRequest } from './tenant-request.js';
import type { TrustedProxies } from './trusted-proxies.js';

/** A header that only trusted peers may set. */
export class TrustedHeader {
  readonly #name: string;
  readonly #lookalike: string;
  readonly #proxies: TrustedProxies;
  readonly #logger = new Logger('Multitenancy');
  #isReported = false;

  /** @param name in lower case */
  constructor(name: string, proxies: TrustedProxies) {
    this.#name = name;
    this.#lookalike = name.replaceAll('-', '_');
    this.#proxies = proxies;
  }

  /**
   * The one value that a trusted peer has set. From any other peer the header is ignored, which is logged once; sent
   * twice, or also under a name with underscores for hyphens, it is rejected.
   */
  read(request: TenantRequest): ResolverAnswer {
    if (!this.#proxies.include(request.remoteAddress)) return this.#ignored(request);
    if (this.#lookalike !== this.#name && request.headers(this.#lookalike).length > 0) {
      return rejected(`the header ${this.#lookalike} looks like ${this.#name} and is not accepted`);
    }
    const values = request.headers(this.#name);
    if (values.length > 1) return rejected(`the header ${this.#name} was sent more than once`);
    return values[0] === undefined ? notApplicable : resolved(values[0]);
  }

  /** The client learns nothing of it. One line in the life of a resolver: a client cannot fill the log. */
  #ignored(request: TenantRequest): ResolverAnswer {
    if (!this.#isReported && request.headers(this.#name).length > 0) {
      this.#isReported = true;
      this.#logger.warn(
        `The header ${this.#name} of a request from ${quote(request.remoteAddress)} was ignored: ${this.#proxies.option} ` +
          'does not list that address. If it is a proxy of yours, add it. A browser or another client cannot be trusted ' +
          'with this header: name the tenant by host, path or token there. Logged once.',
      );
    }
    return notApplicable;
  }
}
