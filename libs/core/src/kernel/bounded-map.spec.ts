import { BoundedMap } from './bounded-map.js';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

function held(map: BoundedMap<number>): string {
  return KEYS.filter((key) => map.get(key) !== undefined).join('');
}

function mapOf(max: number, keys: string): BoundedMap<number> {
  const map = new BoundedMap<number>(max);
  for (const key of keys) map.set(key, 1);
  return map;
}

describe('BoundedMap', () => {
  it.each([
    ['abc', 'abc'],
    ['abcd', 'bcd'],
    ['abcad', 'acd'],
    ['abcdefgh', 'fgh'],
    ['aaaa', 'a'],
    ['abcabcd', 'bcd'],
  ])('of three that is given %s holds %s', (keys, expected) => {
    expect(held(mapOf(3, keys))).toBe(expected);
  });

  it('keeps its order after deletions in the middle, at the front and of everything', () => {
    const map = mapOf(3, 'abcd');
    map.delete('b');
    map.set('e', 1);
    map.delete('d');
    for (const key of 'fg') map.set(key, 1);
    expect(held(map)).toBe('efg');
    map.clear();
    expect(held(map)).toBe('');
    for (const key of 'abcd') map.set(key, 1);
    expect(held(map)).toBe('bcd');
  });

  it('keeps the age of what is replaced, and replaces nothing that is not there', () => {
    const map = mapOf(2, 'ab');
    map.replace('a', 5);
    map.replace('h', 5);
    expect(map.get('a')).toBe(5);
    map.set('c', 1);
    expect(held(map)).toBe('bc');
  });

  it('deletes the entries that match', () => {
    const map = mapOf(3, 'ab');
    map.set('c', 2);
    map.deleteWhere((value) => value === 1);
    expect(held(map)).toBe('c');
  });

  it('evicts in order through a long history', () => {
    const map = new BoundedMap<number>(100);
    for (let n = 0; n < 50_000; n += 1) {
      map.set(String(n), n);
      if (n % 7 === 0) map.delete(String(n - 30));
      if (n % 9_000 === 0) map.clear();
    }
    for (let n = 49_950; n < 50_000; n += 1)
      if ((n + 30) % 7 !== 0 || n + 30 >= 50_000) expect(map.get(String(n))).toBe(n);
    expect(map.get('49800')).toBeUndefined();
  });
});
