import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InMemoryTenantCatalog, MultitenancyModule, tenantId } from '@tenantry/core';
import { Test } from '@nestjs/testing';
import {
  InMemoryArtifactStore,
  InMemoryServiceValues,
  ServiceDeployments,
  ServiceInvoker,
  ServicesModule,
} from '@tenantry/services';
import type { FetchOptions, GrantedCapabilities, ServiceRequest } from '@tenantry/services';
import type { TestingModule } from '@nestjs/testing';
import { isPublicAddress } from '../../libs/services/src/capabilities/addresses.js';

const FOO = tenantId('foo');

let server: Server;
let origin: string;
const seen: { url: string; method: string; headers: IncomingMessage['headers'] }[] = [];

beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => void server.close());

function answer({ url = '', method = '', headers }: IncomingMessage, response: ServerResponse): void {
  seen.push({ url, method, headers });
  if (url === '/off') response.writeHead(302, { location: 'http://elsewhere.example/' }).end();
  else if (url === '/loop') response.writeHead(302, { location: '/loop' }).end();
  else if (url === '/once') response.writeHead(303, { location: '/there' }).end();
  else if (url === '/large') response.end('x'.repeat(2_000));
  else if (url !== '/never') response.end('there');
}

/** Runs one service with what a plan gives it. */
async function run(granted: GrantedCapabilities, code: string, other?: string): Promise<string> {
  const module = await testModule(granted);
  try {
    const deployments = module.get(ServiceDeployments, { strict: false });
    for (const [name, source] of [
      ['one', code],
      ['other', other],
    ] as const) {
      if (source === undefined) continue;
      const { version } = await deployments.upload(FOO, name, { bytes: Buffer.from(source), language: 'javascript' });
      await deployments.activate(FOO, name, version);
    }
    const request: ServiceRequest = { method: 'GET', path: '/', query: '', headers: {}, body: null, encoding: 'utf8' };
    return (await module.get(ServiceInvoker, { strict: false }).invoke(FOO, 'one', request)).body.toString();
  } finally {
    await module.close();
  }
}

async function testModule(capabilities: GrantedCapabilities): Promise<TestingModule> {
  const catalog = new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com', name: 'Foo', status: 'active' }]);
  const services = ServicesModule.forRoot({
    store: new InMemoryArtifactStore(),
    values: new InMemoryServiceValues(),
    engine: { threads: 1 },
    plan: () => ({ capabilities }),
  });
  const root = MultitenancyModule.forRoot({ catalog, resolvers: [() => 'foo.com'], startupChecks: 'off' });
  const module = await Test.createTestingModule({ imports: [root, services] }).compile();
  return module.init();
}

function fetching(url: string, options: Partial<FetchOptions> = {}, init = '{}'): Promise<string> {
  const code = `export default async (_, { fetch }) => ({ body: await fetch(${JSON.stringify(url)}, ${init}).then((r) => r.status + r.body, (e) => e.message) })`;
  return run({ fetch: { allow: [origin], allowPrivate: true, ...options } }, code);
}

describe('fetch of a service', () => {
  it('reaches an origin of the list, with method and headers, and follows its redirects', async () => {
    expect(await fetching(`${origin}/once`, {}, `{ method: 'POST', headers: { 'X-One': '1' }, body: 'x' }`)).toBe(
      '200there',
    );
    expect(seen.slice(-2)).toMatchObject([
      { url: '/once', method: 'POST', headers: { 'x-one': '1' } },
      { url: '/there', method: 'GET' },
    ]);
  });

  it('refuses a redirect off the list', async () => {
    expect(await fetching(`${origin}/off`)).toBe('The URL is not on the list of those that may be called.');
  });

  it.each([
    ['another origin', 'http://other.example/', 'not on the list'],
    ['another scheme', 'file:///etc/passwd', 'not on the list'],
    ['a user in the URL', 'http://user@127.0.0.1/', 'not on the list'],
    ['what is no URL', 'x', 'not on the list'],
  ])('refuses %s', async (_what, url, reason) => {
    expect(await fetching(url)).toContain(reason);
  });

  it('refuses an address that is not public although its name is on the list', async () => {
    const port = new URL(origin).port;
    const allow = [origin, `http://localhost:${port}`];
    for (const url of [origin, `http://localhost:${port}`])
      expect(await fetching(url, { allow, allowPrivate: false })).toBe('The address is not on the public Internet.');
  });

  it('bounds redirects, bytes and time', async () => {
    expect(await fetching(`${origin}/loop`)).toContain('redirects more than 3 times');
    expect(await fetching(`${origin}/large`, { maxBytes: 1_000 })).toContain('more than 1000 bytes');
    expect(await fetching(`${origin}/never`, { timeoutMs: 50 })).toContain('took too long');
  });

  it('sends no header that belongs to the host or the connection', async () => {
    expect(await fetching(origin, {}, `{ headers: { Host: 'other' } }`)).toBe('A header of this name cannot be sent.');
  });

  it('says which addresses are public', () => {
    const special = [
      '127.0.0.1',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '224.0.0.1',
      '255.255.255.255',
    ];
    const special6 = [
      '::1',
      '::',
      'fe80::1',
      'fc00::1',
      '::ffff:127.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001::1',
      'ff02::1',
      'x',
    ];
    expect([...special, ...special6].filter(isPublicAddress)).toEqual([]);
    expect(['93.184.216.34', '2606:4700::1111'].filter(isPublicAddress)).toHaveLength(2);
  });
});

describe('a plan', () => {
  const TRY_ALL = `export default async (_, ctx) => {
    const tries = [() => ctx.kv.get('a'), () => ctx.fetch('http://a'), () => ctx.secrets.get('a'), () => ctx.services.call('a'), () => ctx.sql('select 1')];
    return { body: await Promise.all(tries.map((fn) => fn().then(() => 'given', (error) => error.message))) };
  };`;

  it('that gives nothing has every capability refused', async () => {
    const results = JSON.parse(await run({}, TRY_ALL)) as string[];
    expect(results).toHaveLength(5);
    for (const result of results) expect(result).toMatch(/is not part of the tenant's plan/);
  });

  it('that gives kv and secrets lets a service use its own', async () => {
    const secrets = async (id: string, name: string): Promise<string | null> =>
      name === 'known' ? `secret of ${id}` : null;
    const code = `export default async (_, { kv, secrets }) => {
      await kv.set('a', { b: 1 });
      const unknown = await secrets.get('other').catch((error) => error.message);
      return { body: [await kv.get('a'), await kv.list(), await secrets.get('known'), unknown] };
    };`;
    expect(JSON.parse(await run({ kv: true, secrets }, code))).toEqual([
      { b: 1 },
      ['a'],
      'secret of foo',
      'The tenant has no secret of this name.',
    ]);
  });

  it('that gives services lets them call each other, three in a row', async () => {
    const other = `export default ({ method, path, body }) => ({ status: 201, body: method + path + body })`;
    const code = `export default async (_, { services }) => ({ body: await services.call('other', { method: 'post', path: '/a', body: 'b' }) })`;
    expect(JSON.parse(await run({ services: true }, code, other))).toMatchObject({ status: 201, body: 'POST/ab' });
    const endless = `export default async (_, { services }) => { try { return { body: (await services.call('one')).body }; } catch (error) { return { body: error.message } } }`;
    expect(await run({ services: true }, endless)).toBe('Services may call each other 3 times in a row.');
  });
});
