import { createServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { CloudApiMonitor, createCloudApi } from '@tenantry/cloud-api';
import { CloudClient } from './cloud-client.js';
import type { CloudClientOptions } from './cloud-client-options.js';

Logger.overrideLogger(false);

const SECRET = 'canary-secret-0123456789';
const TOKEN = 'canarytoken0123456789';
const GOOD_TOKEN = { status: 200, type: 'application/json', body: token({}) };
const credentials = { clientId: 'foo-client', clientSecret: SECRET };

interface Scripted {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function token(changes: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ access_token: TOKEN, token_type: 'Bearer', expires_in: 300, ...changes });
}

function answer(
  response: ServerResponse,
  { status = 200, type = 'application/json', body = '', headers = {} }: Scripted,
): void {
  response.writeHead(status, { 'content-type': type, ...headers }).end(body);
}

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error('the call did not fail');
    },
    (error: unknown) => error,
  );
}

describe('a cloud client against a cloud that misbehaves', () => {
  let server: Server;
  let client: CloudClient;

  async function start(listener: RequestListener, options: Partial<CloudClientOptions> = {}): Promise<void> {
    server = createServer(listener);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    client = new CloudClient({ baseUrl: `http://127.0.0.1:${port}`, ...credentials, ...options });
  }

  const script =
    (tokenAnswer: Scripted, apiAnswer: Scripted): RequestListener =>
    (request, response) =>
      answer(response, request.url === '/oauth/token' ? tokenAnswer : apiAnswer);

  afterEach(async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  it.each<[string, Scripted]>([
    ['no JSON', { body: `<html>${TOKEN}` }],
    ['another content type', { body: token({}), type: 'text/html' }],
    ['no token', { body: token({ access_token: undefined }) }],
    ['a token that is not text', { body: token({ access_token: { value: TOKEN } }) }],
    ['a token that breaks the header', { body: token({ access_token: `${TOKEN}\nx: y` }) }],
    ['another type of token', { body: token({ token_type: 'mac' }) }],
    ['a DPoP token', { body: token({ token_type: 'DPoP' }) }],
    ['a negative lifetime', { body: token({ expires_in: -1 }) }],
    ['a lifetime in words', { body: token({ expires_in: 'five minutes' }) }],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
  ])('reports a token answer with %s as malformed and keeps its text to itself', async (_, tokenAnswer) => {
    await start(script(tokenAnswer, { body: '{}' }));
    const error = await failureOf(client.listServers());
    expect(error).toMatchObject({ name: 'CloudApiError', kind: 'malformed-answer' });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  });

  it.each<[string, Scripted]>([
    ['no JSON', { body: `<html>${TOKEN}` }],
    ['nothing', { body: '' }],
    ['a list instead of a page', { body: '[]' }],
    ['a page without next', { body: '{"items":[]}' }],
    ['a server without an id', { body: `{"items":[{"name":"${TOKEN}"}],"next":null}` }],
    ['a redirect', { status: 301, headers: { location: 'http://127.0.0.1:1/' } }],
  ])('reports an API answer with %s as malformed and keeps its text to itself', async (_, apiAnswer) => {
    await start(script(GOOD_TOKEN, apiAnswer));
    const error = await failureOf(client.listServers());
    expect(error).toMatchObject({ name: 'CloudApiError', kind: 'malformed-answer' });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  });

  it.each<[number, string]>([
    [400, 'invalid-request'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'not-found'],
    [409, 'conflict'],
    [422, 'invalid-request'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ])('reports %i as %s and repeats nothing that the cloud echoes', async (status, kind) => {
    const echo = JSON.stringify({ detail: `Bearer ${TOKEN}`, errors: [{ field: TOKEN }, { field: 'name' }] });
    await start(script(GOOD_TOKEN, { status, body: echo }));
    const error = await failureOf(client.listServers());
    expect(error).toMatchObject({ kind, status, fields: kind === 'invalid-request' ? ['name'] : [] });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  });

  it('keeps the secret out of the error when the credentials are refused with an echo', async () => {
    const body = JSON.stringify({ error: 'invalid_client', error_description: SECRET });
    await start(script({ status: 401, body, headers: { 'www-authenticate': `Basic realm="${SECRET}"` } }, {}));
    const error = await failureOf(client.listServers());
    expect(error).toMatchObject({ kind: 'refused', status: 401 });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  });

  it('asks again for a token that lives 0 s, and keeps one that does not say how long', async () => {
    let tokens = 0;
    const lifetimes = [0, undefined];
    await start((request, response) => {
      if (request.url !== '/oauth/token') return answer(response, { body: '{"items":[],"next":null}' });
      answer(response, { body: token({ expires_in: lifetimes[tokens++] }) });
    });
    for (let call = 0; call < 5; call += 1) await client.listServers();
    expect(tokens).toBe(2);
  });

  it('times out while the cloud does not answer', async () => {
    await start(() => undefined, { timeoutMs: 30 });
    await expect(client.listServers()).rejects.toMatchObject({ kind: 'timeout' });
  });

  it('times out while the body of the answer does not come to an end', async () => {
    const listener: RequestListener = (request, response) => {
      if (request.url === '/oauth/token') return answer(response, GOOD_TOKEN);
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"items":[');
    };
    await start(listener, { timeoutMs: 200 });
    await expect(client.listServers()).rejects.toMatchObject({ kind: 'timeout' });
  });

  it('times out while the body of the token answer does not come to an end, and asks again next time', async () => {
    let brokenOff = (): void => undefined;
    const breakOff = new Promise<void>((resolve) => (brokenOff = resolve));
    let tokens = 0;
    const listener: RequestListener = (request, response) => {
      if (request.url !== '/oauth/token') return answer(response, { body: '{"items":[],"next":null}' });
      tokens += 1;
      if (tokens > 1) return answer(response, GOOD_TOKEN);
      response.on('close', brokenOff).writeHead(200, { 'content-type': 'application/json' }).write('{"access_token":');
    };
    await start(listener, { timeoutMs: 1000 });
    await expect(client.listServers()).rejects.toMatchObject({ kind: 'timeout' });
    await breakOff;
    await expect(client.listServers()).resolves.toEqual({ items: [], next: null });
  });

  it('reports an answer that breaks off as unavailable', async () => {
    await start((request, response) => {
      if (request.url === '/oauth/token') return answer(response, GOOD_TOKEN);
      response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy());
    });
    await expect(client.listServers()).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it.each<[string, () => Promise<Response>]>([
    ['a fetch', () => new Promise(() => undefined)],
    ['a body', () => Promise.resolve(new Response(new ReadableStream()))],
  ])('gives up on %s that heeds no signal', async (_, respond) => {
    const issued = (): Promise<Response> => Promise.resolve(Response.json(JSON.parse(token({}))));
    const fetch = (url: string): Promise<Response> => (url.endsWith('/oauth/token') ? issued() : respond());
    await start(() => undefined, { timeoutMs: 30, fetch });
    await expect(client.listServers()).rejects.toMatchObject({ kind: 'timeout' });
  });

  it('sends no request, not even for a token, when its caller has aborted already or it is closed', async () => {
    const fetch = jest.fn(() => Promise.reject(new Error('not expected')));
    await start(() => undefined, { fetch });
    await expect(client.listServers({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'aborted' });
    await client.close();
    await expect(client.listServers()).rejects.toMatchObject({ kind: 'closed' });
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe('a cloud client with a call in flight', () => {
  let app: INestApplication;
  let monitor: CloudApiMonitor;
  let client: CloudClient;

  beforeEach(async () => {
    app = await createCloudApi({ clients: [{ ...credentials, account: 'foo' }] });
    monitor = app.get(CloudApiMonitor);
    await app.listen(0, '127.0.0.1');
    client = new CloudClient({ baseUrl: await app.getUrl(), ...credentials });
  });

  afterEach(async () => {
    await client.close();
    await app.close();
  });

  it('ends it when its caller aborts, and no other', async () => {
    const hold = monitor.holdAccount('foo');
    const controller = new AbortController();
    const reason = new Error('the browser went away');
    const aborted = client.listServers({}, { signal: controller.signal });
    const other = client.listServers();
    await hold.firstArrival;
    controller.abort(reason);
    await expect(aborted).rejects.toMatchObject({ kind: 'aborted', cause: reason });
    hold.release();
    await expect(other).resolves.toEqual({ items: [], next: null });
  });

  it.each(['token', 'api'] as const)('ends it when the client closes while the %s request is out', async (surface) => {
    const hold = monitor.holdAccount('foo', surface);
    const calls = Promise.allSettled([client.listServers(), client.createServer({ name: 'web' })]);
    await hold.firstArrival;
    await Promise.all([client.close(), client.close()]);
    for (const call of await calls) expect(call).toMatchObject({ status: 'rejected', reason: { kind: 'closed' } });
  });

  it('sends no request after close', async () => {
    await client.listServers();
    await client.close();
    await client.close();
    const later = [
      client.listServers(),
      client.createServer({ name: 'a' }),
      client.getServer('a'),
      client.deleteServer('a'),
    ];
    for (const call of later) await expect(call).rejects.toMatchObject({ name: 'CloudApiError', kind: 'closed' });
    expect(monitor.countsOf('foo')).toEqual({ tokenRequests: 1, apiRequests: 1 });
  });
});
