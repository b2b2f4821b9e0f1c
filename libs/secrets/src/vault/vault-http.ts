import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '@tenantry/core';
import { withinDeadline } from '@tenantry/core/spi';
import type { Secret } from '../port/secret.js';
import { SecretsUnavailableError } from '../port/secrets.errors.js';
import { conceal } from './concealed-request.js';

/** One request to the server. */
export interface VaultRequest {
  readonly method: 'GET' | 'POST';
  /** Under `/v1/`, encoded. */
  readonly path: string;
  readonly namespace?: string | undefined;
  readonly token?: Secret<string>;
  readonly body?: Secret<object>;
}

/** An answer of the server. */
export interface VaultAnswer {
  readonly status: number;
  /** Parsed; `undefined` when it is not JSON. */
  readonly body: unknown;
}

/** What {@link VaultHttp} works with. */
export interface VaultHttpOptions {
  readonly address: URL;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly clock: Clock;
}

const MAX_SOCKETS = 32;

/**
 * Sends requests to the server over few connections, each bounded in time and size. Redirects are not followed.
 *
 * Not `fetch`: it publishes headers and parts of bodies on diagnostics channels, as texts, and with them token and secrets.
 */
export class VaultHttp {
  readonly #options: VaultHttpOptions;
  readonly #agent: HttpAgent;
  readonly #base: string;

  constructor(options: VaultHttpOptions) {
    this.#options = options;
    this.#base = options.address.href.replace(/\/*$/, '/v1/');
    const agentOptions = { keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: 4 };
    this.#agent = options.address.protocol === 'https:' ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  }

  /**
   * Sends one request and reads the whole answer.
   *
   * @param signal ends it; its reason is thrown
   * @throws `MT_SECRETS_UNAVAILABLE` when there is no complete answer in time
   */
  async send(request: VaultRequest, signal: AbortSignal): Promise<VaultAnswer> {
    signal.throwIfAborted();
    const message = this.#open(request);
    const { timeoutMs, clock, maxBytes } = this.#options;
    const abort = (): void => void message.destroy(new Error('aborted'));
    const onTimeout = (): Error => {
      abort();
      return new SecretsUnavailableError(`no answer within ${timeoutMs} ms`);
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await withinDeadline({ clock, timeoutMs, onTimeout }, () => answerTo(message, request.body, maxBytes));
    } catch (error) {
      signal.throwIfAborted();
      throw broken(error);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.#agent.destroy();
  }

  /** Headers are set afterwards: options of a request show up in the debug output of agents. */
  #open({ method, path, namespace, token }: VaultRequest): ClientRequest {
    const send = this.#agent instanceof HttpsAgent ? httpsRequest : httpRequest;
    const message = send(this.#base + path, { method, agent: this.#agent });
    conceal(message, `Request to ${method} /v1/${path}`);
    message.once('socket', (socket) => conceal(socket, 'Connection to the store of secrets'));
    message.setHeader('accept', 'application/json');
    message.setHeader('x-vault-request', 'true');
    if (namespace !== undefined) message.setHeader('x-vault-namespace', namespace);
    if (token !== undefined) message.setHeader('x-vault-token', token.reveal());
    return message;
  }
}

async function answerTo(message: ClientRequest, body: Secret<object> | undefined, max: number): Promise<VaultAnswer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    message.once('response', resolve).on('error', reject);
    if (body === undefined) return message.end();
    message.setHeader('content-type', 'application/json');
    return message.end(JSON.stringify(body.reveal()));
  });
  return { status: response.statusCode ?? 0, body: parsed(await textOf(response, max)) };
}

async function textOf(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new SecretsUnavailableError(`an answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

// The parser's message quotes the text, so it is dropped.
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of a cause only its code is kept: errors of sockets and parsers may quote what was sent or received. */
function broken(error: unknown): SecretsUnavailableError {
  if (error instanceof SecretsUnavailableError) return error;
  const { code } = Object(error) as { code?: unknown };
  const reason = typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? code : 'the connection broke off';
  return new SecretsUnavailableError(`the server cannot be reached (${reason})`);
}
