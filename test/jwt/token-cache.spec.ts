import type { INestApplication } from '@nestjs/common';
import { fromUsername } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import type { FromIssuersOptions } from '@tenantry/jwt';
import { webcrypto } from 'node:crypto';
import { ADAPTERS, call } from '../support/http.js';
import { IssuerServer } from './support/issuer-server.js';
import { me, publishing, startTokenApp } from './support/token-app.js';

describe.each(ADAPTERS)('verified tokens on %s', (adapter) => {
  let app: INestApplication | undefined;
  let server: IssuerServer;
  let clock: ManualClock;
  let now: number;
  let verify: jest.SpiedFunction<typeof webcrypto.subtle.verify>;

  beforeEach(async () => {
    server = await IssuerServer.start();
    clock = new ManualClock();
    now = Date.now();
    verify = jest.spyOn(Object.getPrototypeOf(webcrypto.subtle) as typeof webcrypto.subtle, 'verify');
  });

  afterEach(async () => {
    verify.mockRestore();
    await app?.close();
    app = undefined;
    await server.close();
  });

  async function start(more: Partial<FromIssuersOptions> = {}): Promise<void> {
    app = await startTokenApp({
      adapter,
      tokens: { issuers: [publishing(server)], clock, now: () => now, ...more },
      resolvers: [fromUsername()],
    });
  }

  const status = async (token: string): Promise<number> => (await me(app!, token)).status;

  it('are verified again in each request by default', async () => {
    await start();
    const token = await server.sign();
    expect([await status(token), await status(token)]).toEqual([200, 200]);
    expect(verify).toHaveBeenCalledTimes(2);
  });

  it('are verified once in a request whose body is resolved as well', async () => {
    await start();
    const headers = { authorization: `Bearer ${await server.sign()}` };
    const answer = await call(app!, '/me', { method: 'POST', headers, body: { username: 'alice@foo.com' } });
    expect(answer.json).toEqual({ tenant: 'foo' });
    expect(verify).toHaveBeenCalledTimes(1);
  });

  it('are not verified again while they are kept', async () => {
    await start({ maxCachedTokens: 10 });
    const token = await server.sign();
    for (let i = 0; i < 5; i += 1) expect(await status(token)).toBe(200);
    expect(verify).toHaveBeenCalledTimes(1);
    expect((await me(app!, token)).json).toEqual({ tenant: 'foo', subject: 'alice' });
  });

  it('are kept a minute at most, so that a withdrawn key is noticed', async () => {
    await start({ maxCachedTokens: 10 });
    const token = await server.sign();
    expect(await status(token)).toBe(200);
    clock.advance(59_999);
    expect(await status(token)).toBe(200);
    expect(verify).toHaveBeenCalledTimes(1);
    clock.advance(1);
    expect(await status(token)).toBe(200);
    expect(verify).toHaveBeenCalledTimes(2);
  });

  it('are not accepted from the cache once they have expired', async () => {
    await start({ maxCachedTokens: 10 });
    const token = await server.sign();
    expect(await status(token)).toBe(200);
    now += 66_000;
    expect(await status(token)).toBe(401);
  });

  it('are not accepted from the cache once they are older than their issuer allows', async () => {
    await start({ issuers: [publishing(server, { maxTokenAgeSeconds: 20 })], maxCachedTokens: 10 });
    const token = await server.sign();
    expect([await status(token), await status(token)]).toEqual([200, 200]);
    expect(verify).toHaveBeenCalledTimes(1);
    now += 27_000;
    expect(await status(token)).toBe(401);
  });

  it('are kept up to the bound, the ones used last', async () => {
    await start({ maxCachedTokens: 2 });
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((sub) => server.sign({ sub })));
    for (const token of [a!, b!, a!, c!]) expect(await status(token)).toBe(200);
    expect(verify).toHaveBeenCalledTimes(3);
    expect(await status(a!)).toBe(200);
    expect(verify).toHaveBeenCalledTimes(3);
    expect(await status(b!)).toBe(200);
    expect(verify).toHaveBeenCalledTimes(4);
  });

  it('are distinguished by every character', async () => {
    await start({ maxCachedTokens: 10 });
    const token = await server.sign();
    expect(await status(token)).toBe(200);
    expect(await status(`${token.slice(0, -6)}AAAAAA`)).toBe(401);
  });

  it('are still held against what their issuer may assert now', async () => {
    const allowed = new Set(['foo']);
    const tenants = { claim: 'tenant', allowed: (id: string) => allowed.has(id) };
    await start({ issuers: [publishing(server, { tenants })], maxCachedTokens: 10 });
    const token = await server.sign();
    expect(await status(token)).toBe(200);
    allowed.clear();
    expect(await status(token)).toBe(401);
  });
});
