import { mkdir, mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tenantId } from '@tenantry/core';
import { envSecrets, fileSecrets, observedSecrets, Secret } from '@tenantry/secrets';
import type { ObservedSecrets, SecretVersion } from '@tenantry/secrets';

const CANARY = 'canary-3f1c';
const { signal } = new AbortController();
const read = (secrets: ObservedSecrets, id: string): Promise<SecretVersion> => secrets.read(tenantId(id), { signal });
const failure = (reading: Promise<unknown>): Promise<unknown> =>
  reading.then(
    () => Promise.reject(new Error('It was read.')),
    (error: unknown) => error,
  );

describe('fileSecrets', () => {
  let directory: string;
  let secrets: ObservedSecrets;

  const write = (name: string, text: string): Promise<void> => writeFile(join(directory, name), text);

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tenantry-secrets-'));
    secrets = fileSecrets({ directory });
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('reads a JSON file for each tenant', async () => {
    await write('ARU-297647.json', '{"client_id":"a","client_secret":"b"}');
    const { value } = await read(secrets, 'ARU-297647');
    expect(value.reveal()).toEqual({ client_id: 'a', client_secret: 'b' });
  });

  it('reads a folder with a file for each field, each without the newline at its end', async () => {
    await mkdir(join(directory, 'foo'));
    await write('foo/client_id', 'a\n');
    await write('foo/client_secret', ' b\n\n');
    await write('foo/.hidden', CANARY);
    expect((await read(secrets, 'foo')).value.reveal()).toEqual({ client_id: 'a', client_secret: ' b\n' });
  });

  it('reads a Kubernetes volume as one snapshot, and the next one after it was replaced', async () => {
    await mkdir(join(directory, 'foo/..v1'), { recursive: true });
    await write('foo/..v1/client_id', 'one');
    await symlink('..v1', join(directory, 'foo/..data'));
    await symlink('..data/client_id', join(directory, 'foo/client_id'));
    const before = await read(secrets, 'foo');
    await mkdir(join(directory, 'foo/..v2'));
    await write('foo/..v2/client_id', 'two');
    await unlink(join(directory, 'foo/..data'));
    await symlink('..v2', join(directory, 'foo/..data'));
    await rm(join(directory, 'foo/..v1'), { recursive: true });
    const after = await read(secrets, 'foo');
    expect([before, after].map(({ value }) => value.reveal())).toEqual([{ client_id: 'one' }, { client_id: 'two' }]);
    expect(after.version).not.toBe(before.version);
  });

  it('gives the same version for the same text and another one for another text, and none that shows the text', async () => {
    await write('foo.json', `{"client_secret":"${CANARY}"}`);
    const [first, again] = [await read(secrets, 'foo'), await secrets.version(tenantId('foo'), { signal })];
    await write('foo.json', `{"client_secret":"${CANARY}2"}`);
    const changed = await read(secrets, 'foo');
    expect(again).toBe(first.version);
    expect(changed.version).not.toBe(first.version);
    expect(await fileSecrets({ directory }).version(tenantId('foo'), { signal })).not.toBe(changed.version);
  });

  it.each<[string, string, string]>([
    ['there is nothing', 'none', 'MT_SECRET_MISSING'],
    ['the folder is empty', 'empty', 'MT_SECRET_MISSING'],
    ['the file is no JSON', 'text', 'MT_SECRET_INVALID'],
    ['the file is a list', 'list', 'MT_SECRET_INVALID'],
    ['there are a file and a folder', 'twice', 'MT_SECRET_INVALID'],
    ['the file is larger than 1 MiB', 'large', 'MT_SECRET_INVALID'],
    ['the file is a folder', 'folder', 'MT_SECRETS_UNAVAILABLE'],
  ])('refuses where %s, and shows nothing of it', async (_, id, code) => {
    await Promise.all(['empty', 'twice', 'folder.json'].map((name) => mkdir(join(directory, name))));
    await write('text.json', `{"client_secret":${CANARY}}`);
    await write('list.json', `["${CANARY}"]`);
    await write('twice.json', '{}');
    await write('large.json', `{"a":"${CANARY}${'x'.repeat(1_048_576)}"}`);
    const error = await failure(read(secrets, id));
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('canary');
    expect(error).not.toHaveProperty('cause');
  });

  it.each(['..', '../foo', 'a/b', ''])('refuses the tenant id %j', async (id) => {
    await expect(secrets.read(id as never, { signal })).rejects.toMatchObject({ code: 'MT_TENANT_IDENTIFIER_INVALID' });
  });

  it('does not start without a folder', () => {
    expect(() => fileSecrets({ directory: '' })).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID' }));
  });
});

describe('envSecrets', () => {
  it('reads a variable for each tenant', async () => {
    const secrets = envSecrets({ prefix: 'TENANT_', env: { TENANT_ARU_2D297647: '{"client_id":"a"}' } });
    expect((await read(secrets, 'ARU-297647')).value.reveal()).toEqual({ client_id: 'a' });
    expect((await read(secrets, 'aru-297647')).value.reveal()).toEqual({ client_id: 'a' });
  });

  it('never uses one variable for two tenants', async () => {
    const variables = new Set<string>();
    const env = new Proxy({}, { get: (_, name) => void variables.add(String(name)) });
    const secrets = envSecrets({ prefix: 'T_', env });
    const ids = ['a-b', 'a_b', 'a.b', 'ab', 'a--b', 'a_2Db', 'a_5Fb', 'a2Db'];
    for (const id of ids) await failure(read(secrets, id));
    expect(variables.size).toBe(ids.length);
  });

  it.each<[string, string | undefined, string]>([
    ['absent', undefined, 'MT_SECRET_MISSING'],
    ['empty', ' ', 'MT_SECRET_MISSING'],
    ['no JSON', `{${CANARY}`, 'MT_SECRET_INVALID'],
    ['a text', `"${CANARY}"`, 'MT_SECRET_INVALID'],
  ])('refuses a variable that is %s, and shows nothing of it', async (_, value, code) => {
    const error = await failure(read(envSecrets({ prefix: 'T_', env: { T_FOO: value } }), 'foo'));
    expect(error).toMatchObject({ code, tenantId: 'foo' });
    expect(String(error)).not.toContain('canary');
  });

  it('names the variable that is missing', async () => {
    await expect(read(envSecrets({ prefix: 'T_', env: {} }), 'a-b')).rejects.toThrow('Set the variable T_A_2DB');
  });

  it.each(['', 'a-b', '1', 5])('does not start with the prefix %j', (prefix) => {
    const create = (): unknown => envSecrets({ prefix: prefix as string });
    expect(create).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID', option: 'envSecrets.prefix' }));
  });
});

describe('observedSecrets', () => {
  it('follows the reads of secrets of your own, and reads where they report no version', async () => {
    let version = 0;
    const source = {
      read: async () => ({ version: String((version += 1)), value: new Secret({}), expiresAt: 5 }),
      close: async () => undefined,
    };
    const secrets = observedSecrets(source);
    const seen: string[] = [];
    const stop = secrets.onRead(({ tenantId: id, version: read, expiresAt }) =>
      seen.push(`${id} ${read} ${expiresAt}`),
    );
    await read(secrets, 'foo');
    expect(await secrets.version(tenantId('foo'), { signal })).toBe('2');
    stop();
    await read(secrets, 'foo');
    expect(seen).toEqual(['foo 1 5']);
    expect(observedSecrets(secrets)).toBe(secrets);
  });

  it.each([null, {}, { read: () => undefined }])('refuses %j', (source) => {
    expect(() => observedSecrets(source as never)).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID' }));
  });

  it('reads nothing for a caller that has gone', async () => {
    const source = { read: jest.fn(), close: async () => undefined };
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(observedSecrets(source).read(tenantId('foo'), { signal: gone })).rejects.toThrow('gone');
    expect(source.read).not.toHaveBeenCalled();
  });
});
