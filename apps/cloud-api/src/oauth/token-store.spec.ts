import { resolveCloudApiOptions } from '../cloud-api.options.js';
import { CLIENTS } from '../testing/cloud-api.fixture.js';
import { TokenStore } from './token-store.js';

const foo = { clientId: 'foo-client', account: 'foo' };
const bar = { clientId: 'bar-client', account: 'bar' };

describe('TokenStore', () => {
  let nowMs: number;
  let store: TokenStore;

  beforeEach(() => {
    nowMs = 0;
    store = new TokenStore(resolveCloudApiOptions({ clients: CLIENTS, tokenLifetimeSeconds: 10, clock: () => nowMs }));
  });

  it('finds a token until it expires, and not afterwards', () => {
    store.save('t', foo);
    nowMs = 9_999;
    expect(store.find('t')).toEqual({ ...foo, expiresAtMs: 10_000 });
    nowMs = 10_000;
    expect(store.find('t')).toBeNull();
    expect(store.size).toBe(0);
  });

  it('prunes the expired tokens of a client when it gets another', () => {
    for (let index = 0; index < 50; index += 1) store.save(`old-${index}`, foo);
    nowMs = 10_000;
    store.save('new', foo);
    expect(store.size).toBe(1);
  });

  it('keeps 100 tokens of a client, the newest, and leaves those of others alone', () => {
    store.save('of-bar', bar);
    for (let index = 0; index < 250; index += 1) store.save(`t-${index}`, foo);
    expect(store.size).toBe(101);
    expect(store.find('t-149')).toBeNull();
    expect(store.find('t-150')).toMatchObject(foo);
    expect(store.find('of-bar')).toMatchObject(bar);
  });

  it('ends the tokens of one account', () => {
    store.save('a', foo);
    store.save('b', bar);
    store.deleteAccount('foo');
    expect([store.find('a'), store.find('b')]).toEqual([null, expect.objectContaining(bar)]);
  });
});
