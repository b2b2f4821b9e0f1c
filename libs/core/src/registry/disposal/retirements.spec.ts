import { ManualClock } from '@tenantry/testing';
import { Ticket } from '../capacity/capacity-gate.js';
import { ClientEntry } from '../client-entry.js';
import { Disposer } from './disposer.js';
import { RegistryEvents } from '../registry-events.js';
import { Retirements } from './retirements.js';

interface Fixture {
  readonly clock: ManualClock;
  readonly gone: string[];
  readonly retirements: Retirements<string>;
  /** A client in use, or not. */
  entry(id: string, leases: number, close?: () => unknown): ClientEntry<string>;
  /** Releases the last lease of a client. */
  giveBack(entry: ClientEntry<string>): void;
}

function setUp(): Fixture {
  const clock = new ManualClock();
  const gone: string[] = [];
  const retirements = new Retirements<string>({
    kind: 'test',
    clock,
    disposer: new Disposer(clock, 1_000),
    events: new RegistryEvents(),
    onGone: ({ tenantId }) => void gone.push(tenantId),
  });
  const entry = (id: string, leases: number, close?: () => unknown): ClientEntry<string> => {
    const parts = { tenantId: id, client: id, ticket: new Ticket(), close, recipe: undefined };
    return Object.assign(new ClientEntry({ ...parts, createdAt: 0, renewAt: null }), { leases });
  };
  const giveBack = (entry: ClientEntry<string>): void => {
    entry.leases = 0;
    retirements.returned(entry);
  };
  return { clock, gone, retirements, entry, giveBack };
}

async function settle(): Promise<void> {
  await new Promise(setImmediate);
}

describe('retired clients have settled', () => {
  it('at once when there are none', async () => {
    const { retirements } = setUp();
    await expect(retirements.settled()).resolves.toBeUndefined();
  });

  it('when the last of them is gone, not the first', async () => {
    const { retirements, entry, giveBack, gone } = setUp();
    const [a, b] = [entry('a', 1), entry('b', 1)];
    void retirements.retire(a, 'idle', 100);
    void retirements.retire(b, 'idle', 100);
    const settled: string[] = [];
    void retirements.settled().then(() => settled.push('first'));
    void retirements.settled().then(() => settled.push('second'));
    giveBack(a);
    await settle();
    expect([gone, settled]).toEqual([['a'], []]);
    giveBack(b);
    await settle();
    expect([gone, settled]).toEqual([
      ['a', 'b'],
      ['first', 'second'],
    ]);
    expect(retirements.size).toBe(0);
  });

  it('when the disposal is over, not when it begins', async () => {
    const { retirements, entry } = setUp();
    let close: () => void = () => undefined;
    void retirements.retire(
      entry('a', 0, () => new Promise<void>((resolve) => (close = resolve))),
      'idle',
      100,
    );
    let isSettled = false;
    void retirements.settled().then(() => (isSettled = true));
    await settle();
    expect([isSettled, retirements.size, retirements.disposing]).toEqual([false, 1, 1]);
    close();
    await settle();
    expect([isSettled, retirements.size, retirements.disposing]).toEqual([true, 0, 0]);
  });

  it('only when those are gone too that were retired meanwhile', async () => {
    const { retirements, entry, giveBack, clock } = setUp();
    const [a, b] = [entry('a', 1), entry('b', 1)];
    void retirements.retire(a, 'idle', 100);
    let isSettled = false;
    void retirements.settled().then(() => (isSettled = true));
    void retirements.retire(b, 'idle', 500);
    giveBack(a);
    await settle();
    expect(isSettled).toBe(false);
    clock.advance(500);
    await settle();
    expect(isSettled).toBe(true);
  });

  it('after they were forced', async () => {
    const { retirements, entry, gone, clock } = setUp();
    void retirements.retire(entry('a', 2), 'shutdown', 100);
    void retirements.retire(entry('b', 1), 'shutdown', 100);
    const settled = retirements.settled();
    retirements.force();
    await settled;
    expect(gone).toEqual(['a', 'b']);
    expect(clock.pendingTimers).toBe(0);
  });
});
