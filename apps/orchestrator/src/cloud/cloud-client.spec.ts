import { Logger } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { CloudApiMonitor, createCloudApi } from '@tenantry/cloud-api';
import { CloudClient } from './cloud-client.js';
import type { CloudClientOptions } from './cloud-client-options.js';

Logger.overrideLogger(false);

const credentials = { clientId: 'foo-client', clientSecret: 'a-secret-of-foo-0123456789' };

describe('CloudClient', () => {
  let app: INestApplication;
  let client: CloudClient;

  beforeEach(async () => {
    app = await createCloudApi({ clients: [{ ...credentials, account: 'foo' }], clock: () => Date.UTC(2026, 0, 2) });
    await app.listen(0, '127.0.0.1');
    client = new CloudClient({ baseUrl: await app.getUrl(), ...credentials });
  });

  afterEach(async () => {
    await client.close();
    await app.close();
  });

  it('creates, finds, lists and deletes a server', async () => {
    const web = await client.createServer({ name: 'web', size: 'large' });
    expect(web).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'web',
      size: 'large',
      status: 'running',
      createdAt: '2026-01-02T00:00:00.000Z',
    });
    await expect(client.getServer(web.id)).resolves.toEqual(web);
    await expect(client.listServers()).resolves.toEqual({ items: [web], next: null });
    await expect(client.deleteServer(web.id)).resolves.toBeUndefined();
    await expect(client.getServer(web.id)).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('creates a small server when no size is given', async () => {
    await expect(client.createServer({ name: 'web' })).resolves.toMatchObject({ size: 'small' });
  });

  it('lists page by page, also when the last server of a page is deleted in between', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await client.createServer({ name });
    const first = await client.listServers({ limit: 2 });
    expect(first.items.map(({ name }) => name)).toEqual(['a', 'b']);
    await client.deleteServer(first.items[1]?.id ?? '');
    const second = await client.listServers({ limit: 2, after: first.next ?? '' });
    expect(second.items.map(({ name }) => name)).toEqual(['c', 'd']);
    expect(second.next).toBeNull();
  });

  it('names the fields that the cloud did not accept', async () => {
    await expect(client.createServer({ name: ' ' })).rejects.toMatchObject({
      kind: 'invalid-request',
      status: 400,
      fields: ['name'],
      message: 'The cloud answered 400: it does not accept the input (name).',
    });
    await expect(client.listServers({ limit: 0 })).rejects.toMatchObject({
      kind: 'invalid-request',
      fields: ['limit'],
    });
  });

  it.each(['', '.', '..', '../../oauth/token', 'a/b', 'a?b', '%2e%2e'])(
    'finds no server %j and sends no request',
    async (id) => {
      await expect(client.getServer(id)).rejects.toMatchObject({ kind: 'not-found' });
      await expect(client.deleteServer(id)).rejects.toMatchObject({ kind: 'not-found' });
      expect(app.get(CloudApiMonitor).countsOf('foo')).toEqual({ tokenRequests: 0, apiRequests: 0 });
    },
  );

  it('reports a wrong secret as refused', async () => {
    const wrongClient = new CloudClient({
      baseUrl: await app.getUrl(),
      ...credentials,
      clientSecret: 'not-the-secret',
    });
    await expect(wrongClient.listServers()).rejects.toMatchObject({
      name: 'CloudApiError',
      kind: 'refused',
      status: 401,
    });
    await wrongClient.close();
  });

  it('reports a cloud that is not there as unavailable', async () => {
    await app.close();
    await expect(client.listServers()).rejects.toMatchObject({
      kind: 'unavailable',
      cause: { message: 'fetch failed' },
    });
  });
});

describe('the options of CloudClient', () => {
  const valid: CloudClientOptions = { baseUrl: 'https://cloud.example', ...credentials };

  it.each<[string, Partial<CloudClientOptions>]>([
    ['baseUrl', { baseUrl: 'cloud' }],
    ['baseUrl', { baseUrl: 'http://cloud.example' }],
    ['baseUrl', { baseUrl: 'http://127.0.0.1.example' }],
    ['baseUrl', { baseUrl: 'ftp://127.0.0.1' }],
    ['baseUrl', { baseUrl: 'https://user:canary@cloud.example' }],
    ['baseUrl', { baseUrl: 'https://cloud.example/?a=canary' }],
    ['tokenUrl', { tokenUrl: 'http://login.example/token' }],
    ['clientId', { clientId: '' }],
    ['clientSecret', { clientSecret: '' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: 1.5 }],
    ['timeoutMs', { timeoutMs: 600_001 }],
  ])('refuse a %s such as %j, without repeating it', (option, wrong) => {
    let message = '';
    try {
      new CloudClient({ ...valid, ...wrong });
    } catch (error) {
      if (error instanceof TypeError) message = error.message;
    }
    expect(message).toMatch(new RegExp(`^${option} `));
    expect(message).not.toContain('canary');
  });

  it.each<Partial<CloudClientOptions>>([
    {},
    { baseUrl: 'http://localhost:3001/cloud/' },
    { baseUrl: 'http://[::1]:3001' },
    { baseUrl: 'http://cloud-api:3001', allowInsecureHttp: true },
  ])('accept %j', (right) => {
    expect(new CloudClient({ ...valid, ...right })).toBeInstanceOf(CloudClient);
  });
});
