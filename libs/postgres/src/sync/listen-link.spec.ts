import { ManualClock } from '@tenantry/testing';
import { until } from '../../../../test/support/until.js';
import type { ChangeListenerEvents, ChangeSubscription } from './change-listener.js';
import { ListenLink } from './listen-link.js';

const silence = <R>(): Promise<R> => new Promise(() => undefined);

class Subscription implements ChangeSubscription {
  closed = 0;
  silent = false;

  check(): Promise<void> {
    return this.silent ? silence() : Promise.resolve();
  }

  async close(): Promise<void> {
    this.closed += 1;
    if (this.silent) await silence();
  }
}

describe('a link to a server that may go silent', () => {
  let clock: ManualClock;
  let errors: string[];
  let subscribed: ChangeListenerEvents[];
  let listen: () => Promise<ChangeSubscription>;
  let link: ListenLink;
  let random: number;

  beforeEach(() => {
    clock = new ManualClock();
    random = 1;
    [errors, subscribed] = [[], []];
    const listener = {
      listen: (events: ChangeListenerEvents): Promise<ChangeSubscription> => {
        subscribed.push(events);
        return listen();
      },
    };
    link = new ListenLink({
      listener,
      clock,
      heartbeatMs: 2_000,
      onHint: () => undefined,
      onError: (error) => void errors.push((error as Error).message),
      random: () => random,
    });
  });
  afterEach(() => link.close());

  it('gives up a server that does not take the connection, and closes one that comes too late', async () => {
    const late = new Subscription();
    let answer = (_subscription: Subscription): void => undefined;
    listen = () => new Promise((resolve) => (answer = resolve));
    const opening = link.open();
    clock.advance(5_000);
    await opening;
    expect(errors).toEqual([expect.stringContaining('took longer than 5000 ms')]);
    answer(late);
    await until(() => late.closed === 1);
    expect(link.listening).toBe(false);

    const second = new Subscription();
    listen = () => Promise.resolve(second);
    clock.advance(250);
    await until(() => link.listening);
    subscribed[0]?.onLost(new Error('an old connection'));
    expect(link.listening).toBe(true);
    expect(link.reconnects).toBe(0);
  });

  it('counts a missing heartbeat as a loss', async () => {
    const subscription = new Subscription();
    listen = () => Promise.resolve(subscription);
    await link.open();
    subscription.silent = true;
    clock.advance(2_000);
    clock.advance(5_000);
    await until(() => !link.listening);
    expect(subscription.closed).toBe(1);
    expect(link.reconnects).toBe(1);
  });

  it('reports one failure once, whether it comes as an event, a rejection or both', async () => {
    listen = () => {
      subscribed.at(-1)?.onLost(new Error('ECONNRESET'));
      return Promise.reject(new Error('ECONNRESET'));
    };
    await link.open();
    expect(errors).toEqual(['ECONNRESET']);
    expect(clock.pendingTimers).toBe(1);
  });

  it('closes a connection that comes when it is closed itself, and leaves no timer', async () => {
    const late = new Subscription();
    let answer = (_subscription: Subscription): void => undefined;
    listen = () => new Promise((resolve) => (answer = resolve));
    const opening = link.open();
    await link.close();
    answer(late);
    await opening;
    expect(late.closed).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('waits 5 s at most for the end of a silent connection', async () => {
    const subscription = new Subscription();
    listen = () => Promise.resolve(subscription);
    await link.open();
    subscription.silent = true;
    const closing = link.close();
    clock.advance(5_000);
    await closing;
    expect(subscription.closed).toBe(1);
  });

  it.each([
    [0, [125, 250, 500]],
    [0.5, [187.5, 375, 750]],
    [1, [250, 500, 1_000]],
  ])('connects again after pauses that double, with jitter of up to a half: random %d', async (drawn, pauses) => {
    random = drawn;
    let attempts = 0;
    listen = () => {
      attempts += 1;
      return Promise.reject(new Error('ECONNREFUSED'));
    };
    await link.open();
    for (const [index, pauseMs] of pauses.entries()) {
      clock.advance(pauseMs - 1);
      expect(attempts).toBe(index + 1);
      clock.advance(1);
      await until(() => errors.length === index + 2);
      expect(attempts).toBe(index + 2);
    }
  });
});
