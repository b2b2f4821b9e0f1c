import { Logger } from '@nestjs/common';
import { request } from 'node:http';
import { ADAPTERS, portOf } from '../support/http.js';
import { DATABASES, startSample } from '../support/orchestrator.js';
import type { Sample } from '../support/orchestrator.js';

interface Sent {
  readonly method?: string;
  readonly type?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const RUNS = ADAPTERS.flatMap((adapter) => DATABASES.map((database) => [adapter, database] as const));

beforeAll(() => Logger.overrideLogger(false));

describe.each(RUNS)('services of the sample on %s and %s', (adapter, database) => {
  let sample: Sample;
  let alice: { authorization: string };
  let bob: { authorization: string };

  beforeAll(async () => {
    sample = await startSample(adapter, database);
    [alice, bob] = await Promise.all([sample.logIn('alice@foo.com'), sample.logIn('bob@bar.com')]);
  }, 180_000);

  afterAll(() => sample.close());

  function send(path: string, { method = 'GET', type, body, headers = {} }: Sent = {}): Promise<Answer> {
    return sendRaw(
      portOf(sample.app),
      path,
      method,
      { ...(type !== undefined && { 'content-type': type }), ...headers },
      body,
    );
  }

  function upload(name: string, source: string, query = '?activate=true'): Promise<Answer> {
    const path = `/t/foo.com/admin/services/${name}${query}`;
    return send(path, { method: 'PUT', type: 'text/javascript', body: source, headers: alice });
  }

  it('are deployed for two tenants at the start, each with its own greeting and values', async () => {
    const [foo, bar] = [await send('/t/foo.com/services/MyService'), await send('/t/bar.com/services/MyService')];
    expect([foo.json, bar.json]).toEqual([
      { greeting: 'Hello from Foo', visits: 1 },
      { greeting: 'Bar says good day', visits: 1 },
    ]);
    expect((await send('/services/MyService', { headers: { host: 'foo.com' } })).json).toMatchObject({ visits: 2 });
  });

  it('get method, path, query and body of any type, and no credentials of the caller', async () => {
    await upload('Echo', 'export default (request) => ({ status: 201, body: request })');
    const answer = await send('/t/foo.com/services/Echo/a/b?c=d', {
      method: 'PATCH',
      type: 'text/plain',
      body: 'ü',
      headers: { ...alice, cookie: 'a=b', 'x-one': '1' },
    });
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({ method: 'PATCH', path: '/a/b', query: 'c=d', body: 'ü', encoding: 'utf8' });
    const { headers } = answer.json as { headers: Record<string, string> };
    expect(headers).toMatchObject({ 'x-one': '1', 'content-type': 'text/plain' });
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['authorization']));
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['cookie']));
    const json = await send('/t/foo.com/services/Echo', {
      method: 'POST',
      type: 'application/json',
      body: '{"a": 1}',
      headers: alice,
    });
    expect(json.json).toMatchObject({ path: '/', body: '{"a": 1}' });
    const bytes = await send('/t/foo.com/services/Echo', {
      method: 'POST',
      type: 'image/png',
      body: Buffer.from([255, 0]),
      headers: alice,
    });
    expect(bytes.json).toMatchObject({ body: '/wA=', encoding: 'base64' });
  });

  it('answer in a sandbox, without headers that act on the whole origin', async () => {
    const headers = {
      'Set-Cookie': 'a=b',
      'Access-Control-Allow-Origin': '*',
      'Service-Worker-Allowed': '/',
      'X-Own': '1',
    };
    await upload(
      'Page',
      `export default () => ({ headers: { ...${JSON.stringify(headers)}, 'content-type': 'text/html' }, body: '<p>' })`,
    );
    const answer = await send('/t/foo.com/services/Page', { headers: alice });
    expect(answer.headers).toMatchObject({
      'content-security-policy': 'sandbox allow-scripts',
      'x-content-type-options': 'nosniff',
      'content-type': expect.stringMatching(/^text\/html/),
      'x-own': '1',
    });
    for (const name of ['set-cookie', 'access-control-allow-origin', 'service-worker-allowed'])
      expect(answer.headers).not.toHaveProperty([name]);
  });

  it('are staged, activated, rolled back and undeployed by an administrator, and stay with their tenant', async () => {
    for (const text of ['one', 'two'])
      expect((await upload('Life', `export default () => ({ body: '${text}' })`, '')).json).toMatchObject({
        state: 'staged',
      });
    expect((await send('/t/foo.com/services/Life', { headers: alice })).status).toBe(404);
    for (const version of [1, 2]) await post('Life/activate', { version });
    expect((await send('/t/foo.com/services/Life', { headers: alice })).text).toBe('two');
    expect((await post('Life/rollback', {})).json).toEqual({ name: 'Life', version: 1 });
    expect((await send('/t/foo.com/services/Life', { headers: alice })).text).toBe('one');
    expect((await post('Life/activate', { version: 2, expected: 2 })).json).toMatchObject({
      code: 'MT_ARTIFACT_STALE',
    });
    expect((await send('/t/bar.com/services/Life', { headers: bob })).json).toMatchObject({
      code: 'MT_SERVICE_NOT_FOUND',
    });
    expect((await send('/t/foo.com/admin/services/Life', { method: 'DELETE', headers: alice })).status).toBe(204);
    const gone = await send('/t/foo.com/services/Life', { headers: alice });
    const never = await send('/t/foo.com/services/Never', { headers: alice });
    expect([gone.status, gone.json]).toEqual([
      404,
      { ...(never.json as object), ...JSON.parse(never.text.replaceAll('Never', 'Life')) },
    ]);
  });

  it('that do not load are stored as faulty with line and column, and leave the active version alone', async () => {
    await upload('Fault', `export default () => ({ body: 'good' })`);
    const answer = await upload('Fault', 'const a = 1;\nexport default () => (');
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({ name: 'Fault', version: 2, state: 'faulty', fault: { line: 2 } });
    expect((await post('Fault/activate', { version: 2 })).json).toMatchObject({ code: 'MT_ARTIFACT_FAULTY' });
    expect((await send('/t/foo.com/services/Fault', { headers: alice })).text).toBe('good');
    const listed = (await send('/t/foo.com/admin/services', { headers: alice })).json as {
      name: string;
      versions: unknown[];
    }[];
    expect(listed.find(({ name }) => name === 'Fault')?.versions[0]).toMatchObject({
      state: 'faulty',
      fault: { line: 2 },
    });
    const source = await send('/t/foo.com/admin/services/Fault/versions/2', { headers: alice });
    expect(source.text).toBe('const a = 1;\nexport default () => (');
  });

  it.each([
    ['a malformed name', 'a.b', 'text/javascript', 'export default 1', 400, 'MT_ARTIFACT_INVALID'],
    ['bytes that are no text', 'Bytes', 'text/javascript', Buffer.from([0xff, 0xfe]), 400, 'MT_ARTIFACT_INVALID'],
    ['an empty source', 'Empty', 'text/javascript', ' ', 400, 'MT_ARTIFACT_INVALID'],
    ['another type', 'Other', 'application/octet-stream', 'x', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['too many bytes', 'Large', 'text/javascript', ' '.repeat(1_024 * 1_024 + 1), 413, 'MT_ARTIFACT_TOO_LARGE'],
  ])('of %s are refused, and nothing is stored', async (_what, name, type, body, status, code) => {
    const answer = await send(`/t/foo.com/admin/services/${name}`, { method: 'PUT', type, body, headers: alice });
    expect([answer.status, answer.json]).toEqual([status, expect.objectContaining({ code })]);
    expect((await send('/t/foo.com/admin/services', { headers: alice })).text).not.toContain(`"${name}"`);
  });

  it('are for those whom the administrator lets in', async () => {
    await upload('Secured', `export default () => ({ body: 'in' })`);
    const path = '/t/foo.com/services/Secured';
    expect((await send(path)).status).toBe(401);
    expect((await send(path, { headers: bob })).status).toBe(403);
    expect((await send(path, { headers: alice })).text).toBe('in');
    await access('permission:nothing');
    expect((await send(path, { headers: alice })).status).toBe(403);
    await access('permission:admin');
    expect((await send(path, { headers: alice })).text).toBe('in');
    await access('public');
    expect((await send(path)).text).toBe('in');
    expect((await access('all')).status).toBe(400);

    function access(value: string): Promise<Answer> {
      const body = JSON.stringify({ access: value });
      return send('/t/foo.com/admin/services/Secured/access', {
        method: 'PUT',
        type: 'application/json',
        body,
        headers: alice,
      });
    }
  });

  it('are administered by the tenant alone', async () => {
    for (const headers of [{}, bob])
      expect([401, 403]).toContain((await send('/t/foo.com/admin/services', { headers })).status);
  });

  it('that fail are answered with a code and an id, and the log has the reason', async () => {
    await upload(
      'Failing',
      `export default (request, { log }) => {\n  log.info('before', { a: 1 });\n  throw new Error('a secret reason');\n}`,
    );
    const answer = await send('/t/foo.com/services/Failing', { headers: alice });
    expect([answer.status, answer.json]).toEqual([502, expect.objectContaining({ code: 'MT_SERVICE_FAILED' })]);
    expect(answer.text).not.toContain('secret reason');
    const { items } = (await send('/t/foo.com/admin/services/Failing/logs', { headers: alice })).json as {
      items: LogLine[];
    };
    expect(items.map(({ level, message }) => [level, message.split('\n')[0]])).toEqual([
      ['info', 'before {"a":1}'],
      ['error', expect.stringContaining('a secret reason')],
    ]);
    expect(answer.text).toContain(items[1]?.callId);
    expect(items[1]?.message).toContain('service:3:');
  });

  function post(path: string, body: object): Promise<Answer> {
    return send(`/t/foo.com/admin/services/${path}`, {
      method: 'POST',
      type: 'application/json',
      body: JSON.stringify(body),
      headers: alice,
    });
  }
});

interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly callId: string;
}

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
  readonly json: unknown;
}

function sendRaw(
  port: number,
  path: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const outgoing = request(
      { host: '127.0.0.1', port, path, method, agent: false, headers: { ...headers, ...length } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: parsed(text) });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
