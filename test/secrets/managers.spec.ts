import { inspect } from 'node:util';
import { tenantId } from '@tenantry/core';
import { awsSecrets, azureSecrets, googleSecrets } from '@tenantry/secrets';
import type { ObservedSecrets } from '@tenantry/secrets';

const CANARY = 'canary!3f1c';
const FOO = tenantId('foo');
const TEXT = '{"client_id":"a","client_secret":"b"}';
const { signal } = new AbortController();

/** What a client's method does, and what it was called with. */
interface FakeMethod {
  readonly calls: unknown[][];
  answer: () => Promise<unknown>;
}

interface Manager {
  readonly name: string;
  open(method: FakeMethod): ObservedSecrets;
  /** The arguments of a call for the tenant foo. */
  readonly call: unknown[];
  answer(text: string | undefined): unknown;
  readonly version: string;
  readonly missing: object;
  readonly denied: object;
  readonly refused: object;
}

const called =
  (method: FakeMethod) =>
  async (...given: unknown[]): Promise<never> => {
    method.calls.push(given);
    return (await method.answer()) as never;
  };

const MANAGERS: readonly Manager[] = [
  {
    name: 'awsSecrets',
    open: (method) => awsSecrets({ client: { getSecretValue: called(method) }, secretId: (id) => `tenants/${id}` }),
    call: [{ SecretId: 'tenants/foo' }, { abortSignal: signal }],
    answer: (SecretString) => ({ SecretString, VersionId: '7c9e' }),
    version: '7c9e',
    missing: { name: 'ResourceNotFoundException' },
    denied: { name: 'AccessDeniedException' },
    refused: { name: 'UnrecognizedClientException' },
  },
  {
    name: 'googleSecrets',
    open: (method) =>
      googleSecrets({
        client: { accessSecretVersion: called(method) },
        name: (id) => `projects/p/secrets/${id}/versions/latest`,
      }),
    call: [{ name: 'projects/p/secrets/foo/versions/latest' }],
    answer: (text) => [
      { name: 'projects/1/secrets/foo/versions/12', payload: text === undefined ? {} : { data: Buffer.from(text) } },
    ],
    version: '12',
    missing: { code: 5 },
    denied: { code: 7 },
    refused: { code: 16 },
  },
  {
    name: 'azureSecrets',
    open: (method) => azureSecrets({ client: { getSecret: called(method) }, name: (id) => `tenant-${id}` }),
    call: ['tenant-foo', { abortSignal: signal }],
    answer: (value) => ({ value, properties: { version: 'v9' } }),
    version: 'v9',
    missing: { statusCode: 404 },
    denied: { statusCode: 403 },
    refused: { statusCode: 401 },
  },
];

describe.each(MANAGERS)('$name, on a fake of the method that it calls,', (manager) => {
  let method: FakeMethod;
  let secrets: ObservedSecrets;

  beforeEach(() => {
    method = { calls: [], answer: async () => manager.answer(TEXT) };
    secrets = manager.open(method);
  });

  it('reads a JSON object and its version with one call', async () => {
    const { version, value } = await secrets.read(FOO, { signal });
    expect(version).toBe(manager.version);
    expect(value.reveal()).toEqual({ client_id: 'a', client_secret: 'b' });
    expect(method.calls).toEqual([manager.call]);
  });

  it.each([
    ['no text', undefined],
    ['no JSON', `{${CANARY}`],
    ['no object', `"${CANARY}"`],
  ])('refuses %s, and shows nothing of it', async (_, text) => {
    method.answer = async () => manager.answer(text);
    const error: unknown = await secrets.read(FOO, { signal }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'MT_SECRET_INVALID', tenantId: 'foo' });
    expect(inspect(error, { depth: null })).not.toContain('canary');
  });

  it.each([
    ['missing', 'MT_SECRET_MISSING'],
    ['denied', 'MT_SECRET_DENIED'],
    ['refused', 'MT_SECRETS_LOGIN_REFUSED'],
    ['anything else', 'MT_SECRETS_UNAVAILABLE'],
  ] as const)('reports %s as %s, with a code of the client’s error and nothing else of it', async (kind, code) => {
    const details = kind === 'anything else' ? { name: CANARY, code: CANARY, statusCode: CANARY } : manager[kind];
    const thrown = Object.assign(new Error(CANARY), details, { $response: { headers: { authorization: 'canary!' } } });
    method.answer = () => Promise.reject(thrown);
    const error: unknown = await secrets.read(FOO, { signal }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    expect(inspect(error, { depth: null })).not.toContain('canary!');
    if (kind !== 'anything else') expect(String(error)).toContain(String(Object.values(details)[0]));
  });

  it('gives the reason of the caller’s signal', async () => {
    const caller = new AbortController();
    method.answer = () => {
      caller.abort(new Error('gone'));
      return Promise.reject(new Error('aborted'));
    };
    await expect(secrets.read(FOO, { signal: caller.signal })).rejects.toThrow('gone');
  });
});

it('azureSecrets gives the time at which a version expires', async () => {
  const properties = { version: '1', expiresOn: new Date(5_000) };
  const client = { getSecret: async () => ({ value: TEXT, properties }) };
  expect(await azureSecrets({ client, name: String }).read(FOO, { signal })).toMatchObject({ expiresAt: 5_000 });
});

it('a secret manager whose client lacks the method does not start', () => {
  for (const create of [awsSecrets, googleSecrets, azureSecrets]) {
    const open = (): unknown => create({ client: {}, name: String, secretId: String } as never);
    expect(open).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID' }));
  }
});
