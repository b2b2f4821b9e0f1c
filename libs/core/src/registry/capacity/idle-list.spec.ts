import { ClientEntry } from '../client-entry.js';
import { Ticket } from './capacity-gate.js';
import { IdleList } from './idle-list.js';
import { isIdleFor, sweepIdle } from '../disposal/sweep.js';

function entry(id: string, lastUsed = 0): ClientEntry<string> {
  const parts = {
    tenantId: id,
    client: id,
    ticket: new Ticket(),
    close: undefined,
    recipe: undefined,
    renewAt: null,
  };
  return new ClientEntry({ ...parts, createdAt: lastUsed });
}

function listOf(...entries: ClientEntry<string>[]): IdleList<string> {
  const list = new IdleList<string>();
  for (const each of entries) list.touch(each);
  return list;
}

function idsOf(list: IdleList<string>): string[] {
  const ids: string[] = [];
  for (let each = list.oldest; each !== null; each = each.newer) ids.push(each.tenantId);
  return ids;
}

describe('the idle list', () => {
  it('keeps entries in the order of their last use', () => {
    const [a, b, c] = [entry('a'), entry('b'), entry('c')];
    const list = listOf(a, b, c);
    expect(idsOf(list)).toEqual(['a', 'b', 'c']);
    list.touch(a);
    list.touch(a);
    expect(idsOf(list)).toEqual(['b', 'c', 'a']);
    list.touch(c);
    expect(idsOf(list)).toEqual(['b', 'a', 'c']);
  });

  it.each(['a', 'b', 'c'])('takes %s out and knows it no more', (id) => {
    const entries = [entry('a'), entry('b'), entry('c')];
    const list = listOf(...entries);
    const taken = entries.find(({ tenantId }) => tenantId === id) as ClientEntry<string>;
    list.remove(taken);
    list.remove(taken);
    expect(idsOf(list)).toEqual(['a', 'b', 'c'].filter((other) => other !== id));
    expect([taken.older, taken.newer]).toEqual([null, null]);
    list.touch(taken);
    expect(idsOf(list).at(-1)).toBe(id);
  });

  it('is empty again after the last one has left', () => {
    const only = entry('a');
    const list = listOf(only);
    list.remove(only);
    expect(list.oldest).toBeNull();
    list.touch(only);
    expect(list.oldest).toBe(only);
  });

  it('ignores the removal of an entry that it never held', () => {
    const list = listOf(entry('a'));
    list.remove(entry('b'));
    expect(idsOf(list)).toEqual(['a']);
  });
});

describe('a sweep', () => {
  it.each([
    [100, 0, 100, false],
    [101, 0, 100, true],
    [0, 0, 0, true],
    [5, 0, Infinity, false],
  ])('at %d, last used at %d, idle time %d: %s', (now, lastUsed, idleMs, idle) => {
    expect(isIdleFor(lastUsed, now, idleMs)).toBe(idle);
  });

  it('R13: inspects what it evicts and one more', async () => {
    let looks = 0;
    const entries = Array.from({ length: 1_000 }, (_, at) => entry(`t${at}`, at));
    for (const each of entries) {
      const { lastUsed } = each;
      Object.defineProperty(each, 'lastUsed', { get: () => ((looks += 1), lastUsed) });
    }
    const list = listOf(...entries);
    await sweepIdle(list, 1_000, 990, (old) => list.remove(old));
    expect(idsOf(list)[0]).toBe('t10');
    expect(looks).toBeLessThan(30);
  });

  it('leaves alone what was used after it began', async () => {
    const [old, used] = [entry('old', 0), entry('used', 11)];
    const list = listOf(old, used);
    await sweepIdle(list, 10, 0, (each) => list.remove(each));
    expect(idsOf(list)).toEqual(['used']);
  });
});
