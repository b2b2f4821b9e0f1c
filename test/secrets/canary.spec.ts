import { execFile } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { Logger } from '@nestjs/common';
import { TenantClientRegistry, tenantId } from '@tenantry/core';
import { ClientRotation, Secret, secretFields, vaultSecrets } from '@tenantry/secrets';
import type { ObservedSecrets } from '@tenantry/secrets';
import { FakeVault } from './support/fake-vault.js';

const CANARY = 'canary7f3a';
const FOO = tenantId('foo');
const { signal } = new AbortController();

const CHANNELS = [
  ...['request:create', 'request:bodySent', 'request:bodyChunkSent', 'request:bodyChunkReceived'].map(
    (name) => `undici:${name}`,
  ),
  ...['request:headers', 'request:trailers', 'request:error', 'client:sendHeaders', 'client:beforeConnect'].map(
    (name) => `undici:${name}`,
  ),
  ...['client:connected', 'client:connectError', 'websocket:open'].map((name) => `undici:${name}`),
  ...['created', 'start', 'error'].map((name) => `http.client.request.${name}`),
  ...['http.client.response.finish', 'net.client.socket'],
  ...['request', 'token', 'rotation'].map((name) => `tenantry:secrets:${name}`),
  ...['created', 'createFailed', 'evicted', 'disposed', 'disposeFailed'].map((name) => `tenantry:client:${name}`),
];

/** Everything that can be seen of a value. */
function seenOf(value: unknown): string {
  const options = { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null, getters: false };
  return `${inspect(value, options)} ${jsonOf(value)} ${String(value)}`;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return 'circular';
  }
}

/** The canary as it is, and as buffers and encodings show it. */
function forms(): RegExp {
  const hex = Buffer.from(CANARY).toString('hex');
  const spaced = (hex.match(/../g) ?? []).join(' ');
  return new RegExp([CANARY, hex, spaced, Buffer.from(CANARY.slice(0, 9)).toString('base64')].join('|'), 'i');
}

describe('a secret', () => {
  it('is not shown by text, JSON, inspection or arithmetic, and is frozen', () => {
    const secret = new Secret({ client_secret: CANARY });
    const message = `${String(secret)} ${String([secret])} ${JSON.stringify({ secret })} ${inspect({ secret }, { showHidden: true })}`;
    expect(message).not.toMatch(forms());
    expect('' + (secret as unknown as string)).toBe('[secret]');
    expect(JSON.stringify([secret])).toBe('["[secret]"]');
    expect(inspect([secret])).toBe('[ [secret] ]');
    expect(Number(secret)).toBeNaN();
    expect(Object.keys(secret)).toEqual([]);
    expect(Object.isFrozen(secret)).toBe(true);
    expect(structuredClone(secret)).toEqual({});
    expect(secret.reveal()).toEqual({ client_secret: CANARY });
  });
});

describe('the canary in secret id, token and credentials', () => {
  let vault: FakeVault;
  let secrets: ObservedSecrets;
  const seen: string[] = [];
  const listeners = new Map<string, (message: unknown) => void>();
  const note = (value: unknown): void => void seen.push(seenOf(value));

  beforeEach(async () => {
    vault = await FakeVault.start();
    vault.secretIds.clear();
    vault.secretIds.add(`${CANARY}-secret-id`);
    vault.tokens.prefix = CANARY;
    vault.write('tenants/foo', { client_id: 'foo', client_secret: `${CANARY}-password`, [CANARY.toUpperCase()]: 5 });
    secrets = vaultSecrets({
      ...vault.options,
      secretId: new Secret(vault.secretId),
      path: (id) => (id === 'denied' ? 'elsewhere/x' : `tenants/${id}`),
    });
    for (const name of CHANNELS) {
      const listener = (message: unknown): void => note(message);
      listeners.set(name, listener);
      subscribe(name, listener);
    }
    Logger.overrideLogger({ log: note, error: note, warn: note, debug: note, verbose: note, fatal: note });
  });
  afterEach(async () => {
    Logger.overrideLogger(false);
    for (const [name, listener] of listeners) unsubscribe(name, listener);
    seen.length = 0;
    await secrets.close();
    await vault.close();
  });

  it('appears in no error, event, log or inspection, also with the diagnostics channels of undici and Node on', async () => {
    const registry = new TenantClientRegistry({
      name: 'cloud',
      create: async (id, options) => ({ secret: (await secrets.read(tenantId(id), options)).value }),
    });
    const rotation = new ClientRotation({ registry, secrets });
    rotation.start();
    for (const id of ['foo', 'nothing', 'denied']) await registry.use(id, note).catch(note);
    vault.tokens.revokeAll();
    await secrets.read(FOO, { signal }).then(note, note);
    vault.write('tenants/foo', { client_secret: 77_003_311, other: CANARY });
    await rotation.compare();
    await rotation.credentialsRejected('foo');
    const secret = await secrets.read(FOO, { signal });
    try {
      secretFields(FOO, secret, ['client_secret']);
    } catch (error) {
      note(error);
    }
    for (const fault of [
      { status: 500 },
      { text: `{${CANARY}` },
      { text: `"${CANARY}"` },
      { status: 302, text: CANARY },
    ]) {
      vault.intervene = () => ({ ...fault, headers: { location: 'http://127.0.0.1:1/' } });
      await secrets.read(FOO, { signal }).catch(note);
      await rotation.compare();
    }
    vault.intervene = () => undefined;
    await vault.close();
    await secrets.read(FOO, { signal }).catch(note);
    for (const object of [secrets, rotation, registry, secret]) note(object);
    await rotation.stop();
    await registry.close();
    expect(
      vault.received.filter(({ headers }) => String(headers['x-vault-token']).includes(CANARY)).length,
    ).toBeGreaterThan(5);
    expect(seen.length).toBeGreaterThan(50);
    expect(seen.filter((text) => forms().test(text))).toEqual([]);
  });

  it('appears in nothing that the process prints with NODE_DEBUG for everything', async () => {
    const script = join(__dirname, 'support/debug-child.mjs');
    const options = JSON.stringify({ ...vault.options, secretId: vault.secretId });
    // The secret id is an argument here; the listing of arguments is none of Node's debug output.
    const env = { ...process.env, NODE_DEBUG: '*', NODE_OPTIONS: '' };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, options], {
      env,
      maxBuffer: 2 ** 28,
    });
    expect(stdout).toContain('done');
    expect(stdout).toContain('foo { secret: [secret] }');
    expect(stderr).toMatch(/HTTP \d+/);
    expect(vault.received.length).toBeGreaterThan(5);
    expect(`${stdout}\n${stderr}`.split('\n').filter((line) => forms().test(line))).toEqual([]);
  });
});
