import { parseJsonObject } from './json-object.js';

describe('parseJsonObject', () => {
  it.each([
    '{}',
    '{"a":1,"b":"x"}',
    '{"a":{"b":1},"b":{"a":1}}',
    '{"a":[{"b":1},{"b":2}],"b":[]}',
    '{"a":"a","b":"\\"a\\":1,\\"a\\":2"}',
    '{"a":"{","c":"}","d":":"}',
    '{"a":"\\\\","b":"\\\\\\""}',
    '{"A":1,"a":2}',
    '{"__proto__":1,"constructor":2}',
    ' { "a" : 1 , "b" : [ true , null , -1.5e3 ] } ',
  ])('reads %s', (text) => {
    expect(parseJsonObject(text)).toEqual(JSON.parse(text));
  });

  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"b":2,"a":3}',
    '{"a":1,"\\u0061":2}',
    '{"a\\"":1,"a\\u0022":2}',
    '{"a":{"b":1,"b":2}}',
    '{"a":[1,{"b":1,"b":2}]}',
    '{"a":{"b":1},"a":{}}',
    '{"a":[],"a":[]}',
    '{"":1,"":2}',
    '{"a" : 1 , "a"\n:\t2}',
  ])('refuses %s, which names a member twice', (text) => {
    expect(typeof JSON.parse(text)).toBe('object');
    expect(parseJsonObject(text)).toBeNull();
  });

  it.each(['', 'null', '[]', '[{"a":1}]', '"a"', '1', '{', '{"a"}', "{'a':1}", '{"a":1}x'])(
    'refuses %p, which is no object',
    (text) => {
      expect(parseJsonObject(text)).toBeNull();
    },
  );
});
