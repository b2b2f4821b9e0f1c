import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string | undefined;
}

/** An answer. Status 0: there was none. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: unknown;
}

/** Limits of one exchange. */
export interface ExchangeLimits {
  readonly sockets: number;
  readonly timeoutMs: number;
  readonly streamMs: number;
}

const MAX_BYTES = 4 * 1024 * 1024;

/** Sends requests to a listening server over a few keep-alive sockets, which tenants share as behind a proxy. */
export class HttpExchange {
  readonly #agent: HttpAgent;
  readonly #where: RequestOptions;
  readonly #send: typeof httpRequest;
  readonly #limits: ExchangeLimits;

  /** @param server listens already; a Unix socket and TLS work too */
  constructor(server: { address(): AddressInfo | string | null }, limits: ExchangeLimits) {
    const secure = server instanceof TlsServer;
    const options = { keepAlive: true, maxSockets: limits.sockets, maxFreeSockets: limits.sockets };
    this.#agent = secure ? new HttpsAgent({ ...options, rejectUnauthorized: false }) : new HttpAgent(options);
    this.#send = secure ? httpsRequest : httpRequest;
    this.#where = whereIs(server.address());
    this.#limits = limits;
  }

  /** Sends one request. Never rejects: what goes wrong is an answer of status 0 that says so. */
  async send(request: WireRequest): Promise<WireAnswer> {
    const answer = await this.#attempt(request);
    // The server may close an idle socket at the very moment that it is used again.
    return answer === 'again' ? this.#answered(await this.#attempt(request)) : answer;
  }

  /** Closes the sockets. */
  close(): void {
    this.#agent.destroy();
  }

  #answered(answer: WireAnswer | 'again'): WireAnswer {
    return answer === 'again' ? failed('the connection was closed twice') : answer;
  }

  #attempt({ method, target, headers, body }: WireRequest): Promise<WireAnswer | 'again'> {
    return new Promise((resolve) => {
      const length =
        body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
      const outgoing = this.#send(
        { ...this.#where, agent: this.#agent, method, path: target, headers: { ...length, ...headers } },
        (incoming) => this.#read(incoming, (text) => resolve(answerOf(incoming, text))),
      );
      outgoing.setTimeout(this.#limits.timeoutMs, () => outgoing.destroy(new Error('no answer in time')));
      outgoing.on('error', (error: NodeJS.ErrnoException) =>
        resolve(outgoing.reusedSocket && error.code === 'ECONNRESET' ? 'again' : failed(error.message)),
      );
      outgoing.end(body);
    });
  }

  #read(incoming: IncomingMessage, done: (text: string) => void): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (): void => {
      clearTimeout(deadline);
      clearTimeout(silence);
      done(Buffer.concat(chunks).toString('utf8'));
      incoming.destroy();
    };
    const isEndless = isEventStream(incoming.headers);
    const deadline = setTimeout(end, this.#limits.timeoutMs);
    const silence = setTimeout(end, isEndless ? this.#limits.streamMs : this.#limits.timeoutMs);
    incoming.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      silence.refresh();
      if ((bytes += chunk.length) > MAX_BYTES) end();
    });
    incoming.on('error', end);
    incoming.on('end', end);
  }
}

/** Whether an answer is a stream of server-sent events, which need not end. */
export function isEventStream(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  return /event-stream/.test([headers['content-type']].flat().join());
}

function whereIs(address: AddressInfo | string | null): RequestOptions {
  if (typeof address === 'string') return { socketPath: address };
  const host = address?.address ?? '127.0.0.1';
  return { host: host === '::' ? '::1' : host === '0.0.0.0' ? '127.0.0.1' : host, port: address?.port ?? 0 };
}

function answerOf(incoming: IncomingMessage, text: string): WireAnswer {
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(', ')] as const);
  return { status: incoming.statusCode ?? 0, headers: Object.fromEntries(headers), text, json: jsonOf(text) };
}

function failed(reason: string): WireAnswer {
  return { status: 0, headers: {}, text: reason, json: undefined };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
