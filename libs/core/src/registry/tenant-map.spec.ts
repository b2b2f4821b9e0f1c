import { TenantMap } from './tenant-map.js';

describe('a map by tenant id', () => {
  it('finds, replaces and deletes without regard to case', () => {
    const map = new TenantMap<number>();
    map.set('Foo', 1);
    expect([map.get('foo'), map.get('FOO'), map.get('Foo')]).toEqual([1, 1, 1]);
    map.set('FOO', 2);
    expect([map.size, map.get('foo')]).toEqual([1, 2]);
    expect(map.delete('fOO')).toBe(true);
    expect([map.size, map.get('foo'), map.get('Foo')]).toEqual([0, undefined, undefined]);
    expect(map.delete('foo')).toBe(false);
  });

  it('treats no other letter as one of an id: U+212A is a k in lower case', () => {
    const map = new TenantMap<number>();
    map.set('k', 1);
    expect(map.get('\u212A')).toBeUndefined();
    map.set('\u212A', 2);
    expect([map.size, map.get('K')]).toEqual([2, 1]);
  });

  it('keeps ids in the order in which they came', () => {
    const map = new TenantMap<number>();
    map.set('b', 1);
    map.set('A', 2);
    map.set('B', 3);
    expect([...map.keys()]).toEqual(['b', 'a']);
    expect([...map.values()]).toEqual([3, 2]);
  });

  it.each<unknown>([undefined, null, 7, {}, []])('finds nothing under %p, which is no text', (id) => {
    const map = new TenantMap<number>();
    map.set('undefined', 1);
    map.set('7', 1);
    expect(map.get(id as string)).toBeUndefined();
  });
});
