import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createCloudApi } from '../create-cloud-api.js';
import { CloudApiMonitor } from '../monitor/cloud-api-monitor.js';

/** Two accounts; `foo` has two clients. */
export const CLIENTS = [
  { clientId: 'foo-client', clientSecret: 'foo:secret/with+odd%characters', account: 'foo' },
  { clientId: 'foo-other', clientSecret: 'another-secret-of-foo', account: 'foo' },
  { clientId: 'bar-client', clientSecret: 'a-plain-secret-of-bar', account: 'bar' },
] as const;

/** A client of {@link CLIENTS}. */
export type TestClient = (typeof CLIENTS)[number];

/** A cloud API that listens on a free port of loopback, with a clock of its own. */
export class CloudApiFixture {
  readonly app: NestExpressApplication;
  readonly monitor: CloudApiMonitor;
  readonly url: string;
  readonly #time: { nowMs: number };

  private constructor(app: NestExpressApplication, url: string, time: { nowMs: number }) {
    this.app = app;
    this.monitor = app.get(CloudApiMonitor);
    this.url = url;
    this.#time = time;
  }

  static async start(tokenLifetimeSeconds = 300): Promise<CloudApiFixture> {
    Logger.overrideLogger(false);
    const time = { nowMs: Date.UTC(2026, 0, 2) };
    const app = await createCloudApi({ clients: CLIENTS, tokenLifetimeSeconds, clock: () => time.nowMs });
    await app.listen(0, '127.0.0.1');
    return new CloudApiFixture(app, await app.getUrl(), time);
  }

  advance(milliseconds: number): void {
    this.#time.nowMs += milliseconds;
  }

  /** Asks for a token with the credentials in the body, or as the options say. */
  askToken(client: TestClient | null, { headers = {}, body = {} }: TokenRequestOptions = {}): Promise<Response> {
    const credentials = client ? { client_id: client.clientId, client_secret: client.clientSecret } : {};
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...credentials, ...body });
    return fetch(`${this.url}/oauth/token`, { method: 'POST', headers, body: form });
  }

  async tokenOf(client: TestClient): Promise<string> {
    const { access_token: token } = (await (await this.askToken(client)).json()) as { access_token: string };
    return token;
  }

  /** Sends one request to the API and reads the answer. */
  async send(token: string | null, path: string, { method = 'GET', body }: ApiRequestOptions = {}): Promise<ApiAnswer> {
    const headers = new Headers(token === null ? {} : { authorization: `Bearer ${token}` });
    if (body !== undefined) headers.set('content-type', 'application/json');
    const response = await fetch(`${this.url}${path}`, { method, headers, body: body ?? null });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

interface TokenRequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, string>>;
}

interface ApiRequestOptions {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: string;
}

interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}
