import { setMaxListeners } from 'node:events';
import { assertSuccess, cloudServerPageSchema, cloudServerSchema, parseAnswer } from './cloud-client-answers.js';
import type { CloudServer, CloudServerPage } from './cloud-client-answers.js';
import { CloudApiError } from './cloud-client-error.js';
import { exchange } from './cloud-client-exchange.js';
import type { Answer } from './cloud-client-exchange.js';
import { resolveCloudClientOptions } from './cloud-client-options.js';
import type { CloudClientOptions, ResolvedCloudClientOptions } from './cloud-client-options.js';
import { CallSignal, untilAborted } from './cloud-client-signal.js';
import { requestToken } from './cloud-client-token-request.js';
import type { IssuedToken } from './cloud-client-token-request.js';
import { CloudClientTokens } from './cloud-client-tokens.js';
import type { AccessToken } from './cloud-client-tokens.js';

/** A server to create. */
export interface NewCloudServer {
  readonly name: string;
  /** Default `small`. */
  readonly size?: 'small' | 'medium' | 'large' | undefined;
}

/** Which page of servers to list. */
export interface CloudServerQuery {
  /** 1 to 100. Default 50. */
  readonly limit?: number | undefined;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
}

/** What a caller may say about one call. */
export interface CloudCallOptions {
  /** Ends this call and no other; its reason becomes the `cause` of the error. */
  readonly signal?: AbortSignal | undefined;
}

interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Under `baseUrl`. */
  readonly path: string;
  readonly body?: unknown;
}

/**
 * One tenant's client of the cloud. It fetches a token by client credentials when it needs one, shares it among its
 * calls, and refreshes it 30 s before it expires. Nothing is retried, except a call that was answered 401: its token
 * is dropped and the call made once more.
 *
 * Every method throws {@link CloudApiError}.
 */
export class CloudClient {
  readonly #options: ResolvedCloudClientOptions;
  readonly #tokens: CloudClientTokens;
  readonly #closing = new AbortController();

  /** @throws TypeError for an option that is not acceptable */
  constructor(options: CloudClientOptions) {
    this.#options = resolveCloudClientOptions(options);
    // Each call in flight listens; many at once are no leak, and Node would warn of one.
    setMaxListeners(0, this.#closing.signal);
    this.#tokens = new CloudClientTokens(() => this.#requestToken(), this.#options.clock);
  }

  /** Lists one page of the account's servers, oldest first. */
  async listServers(query: CloudServerQuery = {}, options?: CloudCallOptions): Promise<CloudServerPage> {
    const request: ApiRequest = { method: 'GET', path: `v1/servers?${queryStringOf(query)}` };
    return parseAnswer(cloudServerPageSchema, await this.#call(request, options));
  }

  /** Creates a server. When it fails as `timeout` or `unavailable`, the server may exist all the same. */
  async createServer({ name, size }: NewCloudServer, options?: CloudCallOptions): Promise<CloudServer> {
    const request: ApiRequest = { method: 'POST', path: 'v1/servers', body: { name, size } };
    return parseAnswer(cloudServerSchema, await this.#call(request, options));
  }

  /** Finds one server; `not-found` when the account has none of this id. */
  async getServer(id: string, options?: CloudCallOptions): Promise<CloudServer> {
    return parseAnswer(cloudServerSchema, await this.#call({ method: 'GET', path: pathOf(id) }, options));
  }

  /** Deletes one server; `not-found` when the account has none of this id. */
  async deleteServer(id: string, options?: CloudCallOptions): Promise<void> {
    await this.#call({ method: 'DELETE', path: pathOf(id) }, options);
  }

  /** Aborts what is in flight and refuses later calls, both as `closed`. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
  }

  async #call(request: ApiRequest, { signal: caller }: CloudCallOptions = {}): Promise<Answer> {
    const answer = await this.#bounded((signal) => this.#authorized(request, signal), caller);
    assertSuccess(answer);
    return answer;
  }

  async #authorized(request: ApiRequest, signal: AbortSignal): Promise<Answer> {
    const token = await untilAborted(signal, this.#tokens.get());
    const answer = await this.#send(request, token, signal);
    if (answer.status !== 401) return answer;
    this.#tokens.drop(token);
    return this.#send(request, await untilAborted(signal, this.#tokens.get()), signal);
  }

  #send({ method, path, body }: ApiRequest, token: AccessToken, signal: AbortSignal): Promise<Answer> {
    const headers = new Headers({ accept: 'application/json', authorization: `Bearer ${token.value}` });
    if (body !== undefined) headers.set('content-type', 'application/json');
    const init = { method, headers, body: body === undefined ? null : JSON.stringify(body) };
    return exchange(this.#options.fetch, new URL(path, this.#options.baseUrl).href, init, signal);
  }

  // Bound to no caller's signal, since several callers may wait for it.
  #requestToken(): Promise<IssuedToken> {
    return this.#bounded((signal) => requestToken(this.#options, signal));
  }

  async #bounded<T>(work: (signal: AbortSignal) => Promise<T>, caller?: AbortSignal): Promise<T> {
    const call = new CallSignal(this.#options.timeoutMs, this.#closing.signal, caller);
    try {
      call.signal.throwIfAborted();
      return await work(call.signal);
    } finally {
      call.release();
    }
  }
}

function queryStringOf({ limit, after }: CloudServerQuery): string {
  const parameters = { ...(limit !== undefined && { limit: `${limit}` }), ...(after !== undefined && { after }) };
  return new URLSearchParams(parameters).toString();
}

// Anything else cannot be an id, and `..` would name another resource.
function pathOf(id: string): string {
  if (/^[A-Za-z0-9_-]{1,128}$/.test(id)) return `v1/servers/${id}`;
  throw new CloudApiError('not-found', 'The account has no such server.');
}
