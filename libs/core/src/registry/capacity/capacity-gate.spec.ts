import { manyListeners } from '../../kernel/many-listeners.js';
import { CapacityGate } from './capacity-gate.js';
import type { Ticket } from './capacity-gate.js';

const never = manyListeners(new AbortController().signal);

function gate(limits: { maxClients?: number; maxWeight?: number; maxWaiting?: number } = {}, disposing = 0) {
  const makeRoom = jest.fn(() => disposing);
  return {
    makeRoom,
    gate: new CapacityGate('db', { maxClients: 1, maxWeight: Infinity, maxWaiting: 5, ...limits }, makeRoom),
  };
}

async function flush(): Promise<void> {
  await new Promise(setImmediate);
}

describe('the capacity gate', () => {
  it('takes room back exactly once per ticket', async () => {
    const { gate: door } = gate({ maxClients: 2 });
    const [one] = [await door.enter('a', never), await door.enter('b', never)];
    door.leave(one);
    door.leave(one);
    expect(door.clients).toBe(1);
  });

  it('lets no later client pass one that waits for its weight, not even one that would fit', async () => {
    const { gate: door } = gate({ maxClients: 10, maxWeight: 2 });
    const [first, second] = [await door.enter('a', never), await door.enter('b', never)];
    await door.load('a', first, 2, never);
    const waiting = door.load('b', second, 1, never);
    await flush();
    expect(door.tryEnter(0)).toBeNull();
    door.leave(first);
    await waiting;
    expect(door.tryEnter(1)).not.toBeNull();
    expect(door.tryEnter(1)).toBeNull();
  });

  it('admits in the order of arrival', async () => {
    const { gate: door, makeRoom } = gate();
    const first = await door.enter('held', never);
    const order: string[] = [];
    const entered = ['a', 'b'].map(async (id) => {
      const ticket = await door.enter(id, never);
      order.push(id);
      return ticket;
    });
    await flush();
    expect(door.waiting).toBe(2);
    expect(makeRoom).toHaveBeenCalledTimes(2);
    expect(door.tryEnter(1)).toBeNull();
    door.leave(first);
    await flush();
    expect(order).toEqual(['a']);
    door.leave((await entered[0]) as Ticket);
    await flush();
    expect(order).toEqual(['a', 'b']);
    expect(door.clients).toBe(1);
  });

  it('drops a waiter that gives up, and admits the next one', async () => {
    const { gate: door } = gate();
    const held = await door.enter('held', never);
    const abort = new AbortController();
    const first = door.enter('a', abort.signal).catch((error: unknown) => error);
    const second = door.enter('b', never);
    abort.abort('enough');
    expect(await first).toBe('enough');
    expect(door.waiting).toBe(1);
    door.leave(held);
    await second;
    expect([door.clients, door.waiting]).toEqual([1, 0]);
  });

  it('keeps no room for a waiter that gives up in the turn of its admission', async () => {
    const { gate: door } = gate();
    const held = await door.enter('held', never);
    const abort = new AbortController();
    const first = door.enter('a', abort.signal);
    await flush();
    door.leave(held);
    abort.abort('too late');
    const ticket = await first;
    expect(door.clients).toBe(1);
    door.leave(ticket);
    expect(door.clients).toBe(0);
  });

  it('gives no room to a waiter that gave up before its admission', async () => {
    const { gate: door } = gate();
    const held = await door.enter('held', never);
    const abort = new AbortController();
    const first = door.enter('a', abort.signal).catch((error: unknown) => error);
    await flush();
    abort.abort('enough');
    door.leave(held);
    expect(await first).toBe('enough');
    expect(door.clients).toBe(0);
  });

  it('lets a client take its weight although others wait for a place', async () => {
    const { gate: door } = gate({ maxWeight: 10 });
    const ticket = await door.enter('a', never);
    const waiting = door.enter('b', never);
    await flush();
    await door.load('a', ticket, 7, never);
    expect(door.weight).toBe(7);
    door.leave(ticket);
    await waiting;
    expect([door.clients, door.weight]).toEqual([1, 0]);
  });

  it('does not let a light client overtake a heavy one that waits', async () => {
    const { gate: door } = gate({ maxClients: 3, maxWeight: 10 });
    const six = await door.enterWith('six', 6, never);
    const order: string[] = [];
    const nine = door.enterWith('nine', 9, never).then((ticket) => (order.push('nine'), ticket));
    await flush();
    const one = door.enterWith('one', 1, never).then((ticket) => (order.push('one'), ticket));
    await flush();
    expect(order).toEqual([]);
    door.leave(six);
    await Promise.all([nine, one]);
    expect(order).toEqual(['nine', 'one']);
    expect(door.weight).toBe(10);
  });

  it('gives the place back when the wait for the weight is given up', async () => {
    const { gate: door } = gate({ maxClients: 3, maxWeight: 10 });
    await door.enterWith('six', 6, never);
    const abort = new AbortController();
    const nine = door.enterWith('nine', 9, abort.signal).catch((error: unknown) => error);
    await flush();
    expect(door.clients).toBe(2);
    abort.abort('enough');
    expect(await nine).toBe('enough');
    expect([door.clients, door.weight, door.waiting]).toEqual([1, 6, 0]);
  });

  it('counts those for whom room is being made as served, not as waiting', async () => {
    const { gate: door } = gate({ maxWaiting: 1 }, 1);
    await door.enter('held', never);
    void door.enter('a', never);
    void door.enter('b', never);
    await flush();
    await expect(door.enter('c', never)).rejects.toMatchObject({
      code: 'MT_REGISTRY_CAPACITY',
      message: expect.stringContaining('1 tenants wait for room already'),
    });
    expect(door.waiting).toBe(2);
  });

  it('admits nothing once it is shut, nor for a signal that has aborted', async () => {
    const { gate: door } = gate();
    await expect(door.enter('a', AbortSignal.abort('no'))).rejects.toBe('no');
    expect([door.clients, door.isShut]).toEqual([0, false]);
    door.shut();
    expect(door.isShut).toBe(true);
    expect(() => door.assertOpen()).toThrow(expect.objectContaining({ code: 'MT_REGISTRY_CLOSED' }));
    await expect(door.enter('a', never)).rejects.toMatchObject({ code: 'MT_REGISTRY_CLOSED' });
    expect(door.clients).toBe(0);
  });

  it('says what weighs too much', async () => {
    const { gate: door } = gate({ maxWeight: 10 });
    await expect(door.enterWith('a', 11, never)).rejects.toMatchObject({
      code: 'MT_REGISTRY_CAPACITY',
      message: expect.stringContaining('it weighs 11, more than maxWeight 10'),
    });
    expect(door.tryEnter(11)).toBeNull();
    expect(door.clients).toBe(0);
  });

  it('refuses a caller only when the maximum number already waits', async () => {
    const { gate: door } = gate({ maxWaiting: 2 });
    await door.enter('held', never);
    const waiting = ['a', 'b'].map((id) => door.enter(id, never));
    await flush();
    await expect(door.enter('c', never)).rejects.toMatchObject({
      code: 'MT_REGISTRY_CAPACITY',
      tenantId: 'c',
      message: expect.stringContaining('2 tenants wait') as string,
    });
    expect(door.waiting).toBe(2);
    door.shut();
    for (const each of waiting) void each.catch(() => undefined);
  });

  it.each([
    [0, 1],
    [1, 2],
    [2, 3],
  ])('with %d disposals under way lets %d wait where one may', async (disposing, admitted) => {
    const { gate: door } = gate({ maxWaiting: 1 }, disposing);
    await door.enter('held', never);
    const refused: string[] = [];
    for (const id of ['a', 'b', 'c', 'd']) door.enter(id, never).catch(() => refused.push(id));
    await flush();
    expect([door.waiting, refused]).toEqual([admitted, ['a', 'b', 'c', 'd'].slice(admitted)]);
  });
});
