import type { INestApplication } from '@nestjs/common';
import { ManualClock } from '@tenantry/testing';
import type { JwksOptions } from '@tenantry/jwt';
import { generateKeyPair } from 'jose';
import { ADAPTERS } from '../support/http.js';
import { until } from '../support/until.js';
import { IssuerServer } from './support/issuer-server.js';
import type { JwksBehaviour } from './support/issuer-server.js';
import { me, publishing, startTokenApp } from './support/token-app.js';

const TIMES = { cacheMs: 600_000, coolDownMs: 30_000, timeoutMs: 5_000 };

describe.each(ADAPTERS)('keys that an issuer publishes, on %s', (adapter) => {
  let app: INestApplication;
  let server: IssuerServer;
  let clock: ManualClock;

  beforeEach(async () => {
    server = await IssuerServer.start();
    clock = new ManualClock();
    const jwks: JwksOptions = { url: server.jwksUrl, ...TIMES };
    app = await startTokenApp({ adapter, tokens: { issuers: [publishing(server, { jwks })], clock } });
  });

  afterEach(async () => {
    server.release();
    await app.close();
    await server.close();
  });

  const status = async (token: string): Promise<number> => (await me(app, token)).status;

  async function expectOutage(token: string): Promise<void> {
    const answer = await me(app, token);
    expect(answer.json).toMatchObject({ status: 503, code: 'MT_CATALOG_UNAVAILABLE' });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(answer.text).not.toContain(server.origin);
  }

  it('fetches them when the first token comes, and once for many tokens', async () => {
    expect(server.fetches).toBe(0);
    const token = await server.sign();
    for (let i = 0; i < 5; i += 1) expect(await status(token)).toBe(200);
    expect(server.fetches).toBe(1);
  });

  it('fetches once for many requests that wait at the same time', async () => {
    server.behaviour = 'hangs';
    const token = await server.sign();
    const answers = Array.from({ length: 20 }, () => status(token));
    await until(() => server.held > 0);
    server.behaviour = 'answers';
    server.release();
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(server.fetches).toBe(1);
  });

  it('fetches a new key once, when a token first names it', async () => {
    expect(await status(await server.sign())).toBe(200);
    await server.addKey('k2');
    clock.advance(TIMES.coolDownMs);
    const token = await server.sign({}, { kid: 'k2' });
    expect(await Promise.all([status(token), status(token), status(token)])).toEqual([200, 200, 200]);
    expect(server.fetches).toBe(2);
    expect(await status(await server.sign())).toBe(200);
    expect(server.fetches).toBe(2);
  });

  it('does not let 1,000 unknown key names cause more than one fetch per cool-down', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    expect(await status(await server.sign())).toBe(200);
    const storm = async (): Promise<void> => {
      for (let i = 0; i < 500; i += 1) {
        expect(await status(await server.signWith(privateKey, {}, { kid: `made-up-${i}` }))).toBe(401);
      }
    };
    await storm();
    expect(server.fetches).toBe(1);
    clock.advance(TIMES.coolDownMs);
    await storm();
    expect(server.fetches).toBe(2);
    expect(await status(await server.sign())).toBe(200);
  });

  it('no longer accepts a key that was withdrawn, at the latest after twice the cache time', async () => {
    await server.addKey('k2');
    const token = await server.sign({ exp: Math.floor(Date.now() / 1_000) + 86_400 });
    expect(await status(token)).toBe(200);
    server.removeKey('k1');
    clock.advance(2 * TIMES.cacheMs + 1);
    expect(await status(token)).toBe(401);
    expect(server.fetches).toBe(2);
  });

  it('renews keys in the background once the cache time is over', async () => {
    const token = await server.sign();
    expect(await status(token)).toBe(200);
    clock.advance(TIMES.cacheMs + 1);
    server.behaviour = 'hangs';
    expect(await status(token)).toBe(200);
    await until(() => server.held === 1);
    server.release();
  });

  it.each<JwksBehaviour>(['fails', 'redirects', 'is huge', 'talks nonsense'])(
    'is an outage, and no bad token, while the address of its keys %s; and recovers',
    async (behaviour) => {
      server.behaviour = behaviour;
      const token = await server.sign();
      await expectOutage(token);
      await expectOutage(token);
      expect(server.fetches).toBe(1);
      expect(server.strayRequests).toBe(0);
      server.behaviour = 'answers';
      clock.advance(1_000);
      expect(await status(token)).toBe(200);
    },
  );

  it('pauses longer after each failure, up to the cool-down', async () => {
    server.behaviour = 'fails';
    const token = await server.sign();
    await expectOutage(token);
    for (const pauseMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const { fetches } = server;
      clock.advance(pauseMs - 1);
      await expectOutage(token);
      expect(server.fetches).toBe(fetches);
      clock.advance(1);
      await expectOutage(token);
      expect(server.fetches).toBe(fetches + 1);
    }
  });

  it('gives up on an address that does not answer in time', async () => {
    server.behaviour = 'hangs';
    const answer = me(app, await server.sign());
    await until(() => server.held === 1);
    clock.advance(TIMES.timeoutMs);
    expect((await answer).json).toMatchObject({ status: 503, code: 'MT_CATALOG_UNAVAILABLE' });
  });

  it('uses the keys it knows through an outage, until a token names a new one', async () => {
    const token = await server.sign({ exp: Math.floor(Date.now() / 1_000) + 86_400 });
    expect(await status(token)).toBe(200);
    await server.addKey('k2');
    server.behaviour = 'fails';
    for (let i = 0; i < 5; i += 1) {
      clock.advance(TIMES.cacheMs);
      expect(await status(token)).toBe(200);
    }
    await expectOutage(await server.sign({}, { kid: 'k2' }));
    expect(await status(token)).toBe(200);
    server.behaviour = 'answers';
    clock.advance(TIMES.coolDownMs);
    expect(await status(await server.sign({}, { kid: 'k2' }))).toBe(200);
  });

  it('does not guess which of several keys a token without a key name means', async () => {
    await server.addKey('k2');
    const answer = await me(app, await server.sign({}, { header: { kid: undefined } }));
    expect(answer.json).toMatchObject({ status: 401, detail: expect.stringContaining('which of several keys') });
  });
});
