import { copyOptions } from './copy-options.js';

describe('a copy of options', () => {
  it('shares no plain object and no array with the original', () => {
    const original = {
      list: [{ a: 1 }],
      nested: { b: [2] },
      bare: Object.assign(Object.create(null) as object, { c: 3 }),
    };
    const copy = copyOptions(original);
    expect(copy).toEqual(original);
    expect(copy.list[0]).not.toBe(original.list[0]);
    expect(copy.nested.b).not.toBe(original.nested.b);
    expect(copy.bare).not.toBe(original.bare);
  });

  it('takes over what has a class of its own', () => {
    const original = { date: new Date(0), map: new Map(), call: () => 1, nothing: null, missing: undefined };
    const copy = copyOptions(original);
    expect(copy.date).toBe(original.date);
    expect(copy.map).toBe(original.map);
    expect(copy.call).toBe(original.call);
    expect(copy).toEqual(original);
  });

  it('copies options that contain themselves, with the same shape', () => {
    interface Loop {
      self?: Loop;
      readonly list: unknown[];
    }
    const original: Loop = { list: [] };
    original.self = original;
    original.list.push(original, original.list);
    const copy = copyOptions(original);
    expect(copy).not.toBe(original);
    expect(copy.self).toBe(copy);
    expect(copy.list).not.toBe(original.list);
    expect(copy.list[0]).toBe(copy);
    expect(copy.list[1]).toBe(copy.list);
  });

  it('copies what is there twice once', () => {
    const tls = { ca: 'ca' };
    const copy = copyOptions({ read: tls, write: tls });
    expect(copy.read).toBe(copy.write);
    expect(copy.read).not.toBe(tls);
  });

  it('can be changed by its owner', () => {
    const copy = copyOptions<{ host?: string; list: number[] }>({ host: 'a', list: [1, 2] });
    copy.host = 'b';
    copy.list.length = 1;
    expect(copy).toEqual({ host: 'b', list: [1] });
    delete copy.host;
    expect(Object.keys(copy)).toEqual(['list']);
  });

  it('keeps the length of an array with holes', () => {
    const holes = [1];
    holes.length = 3;
    expect(copyOptions(holes)).toHaveLength(3);
  });

  it('keeps a key named __proto__ a key', () => {
    const copy = copyOptions(JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, unknown>);
    expect(Object.keys(copy)).toEqual(['__proto__']);
    expect((copy as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
