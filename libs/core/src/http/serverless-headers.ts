import type { IncomingMessage } from 'node:http';
import { Logger } from '@nestjs/common';

const HINT =
  'A request has headers and no rawHeaders, as requests of serverless adapters do: host, header and token resolvers read ' +
  'nothing from it. Set the option serverless: true of MultitenancyModule where such an adapter is all that calls the application. Logged once.';

/** Completes requests of serverless adapters, which have parsed headers alone. Requests of Node's own server stay as they are. */
export class ServerlessHeaders {
  readonly #isEnabled: boolean;
  readonly #logger = new Logger('Multitenancy');
  #isReported = false;

  /** @param isEnabled the option `serverless`; without it, the first such request is logged */
  constructor(isEnabled: boolean) {
    this.#isEnabled = isEnabled;
  }

  /** Fills empty `rawHeaders` from `headers`. A name in two spellings, and each of several values, stay apart. */
  complete(request: IncomingMessage): void {
    if (request.rawHeaders.length > 0) return;
    const entries = Object.entries(request.headers ?? {});
    if (entries.length === 0) return;
    if (!this.#isEnabled) return this.#report();
    const lines = entries.flatMap(([name, value]) => [value ?? []].flat().flatMap((each) => [name, String(each)]));
    request.rawHeaders.push(...lines);
  }

  #report(): void {
    if (this.#isReported) return;
    this.#isReported = true;
    this.#logger.warn(HINT);
  }
}
