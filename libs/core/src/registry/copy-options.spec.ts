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

  it('keeps a key named __proto__ a key', () => {
    const copy = copyOptions(JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, unknown>);
    expect(Object.keys(copy)).toEqual(['__proto__']);
    expect((copy as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
