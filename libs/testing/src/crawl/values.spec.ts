import { missingLike, steadyText, uniqueTexts, withoutDates } from './values.js';

describe('uniqueTexts', () => {
  it('are UUIDs, mail addresses, tokens and long keys, in lower case', () => {
    const text =
      '{"id":"8A6E0804-2bd0-4672-b79d-d97027f9071a","mail":"Bob@bar.com","key":"sk_0123456789ABCDEFGHIJ","token":"aaaaaaaaaa1.bbbbbbbbbb.cccccccccc"}';
    expect(uniqueTexts(text)).toEqual([
      '8a6e0804-2bd0-4672-b79d-d97027f9071a',
      'bob@bar.com',
      'sk_0123456789abcdefghij',
      'aaaaaaaaaa1.bbbbbbbbbb.cccccccccc',
    ]);
  });

  it('are neither dates, nor small numbers, nor words', () => {
    expect(uniqueTexts('2026-01-01T00:00:00.000Z 4711 ready a-word-of-more-than-twenty')).toEqual([]);
  });
});

describe('missingLike', () => {
  it.each([
    ['8a6e0804-2bd0-4672-b79d-d97027f9071a', /^8a6e0804-2bd0-4672-b79d-d970[0-9a-f]{8}$/],
    ['17', /^\d{10}$/],
    ['srv-a1', /^[a-z]{3}-[a-z]\d$/],
    ['foo/file.txt', /^foo\/[a-z.]{8}$/],
  ])('looks like %s, and is another id for each variant', (id, shape) => {
    const [one, two] = [missingLike(id, 0), missingLike(id, 1)];
    expect(one).toMatch(shape);
    expect(two).toMatch(shape);
    expect(new Set([id, one, two]).size).toBe(3);
  });
});

describe('steadyText', () => {
  it('has what was sent replaced however it is spelt, and what is unique by nature', () => {
    const text = 'No "a b", a+b or a%20b on 2026-01-01T00:00:00Z for 8a6e0804-2bd0-4672-b79d-d97027f9071a';
    expect(steadyText(text, ['a b'])).toBe('No "<sent>", <sent> or <sent> on <time> for <unique>');
  });

  it('keeps what was sent inside of longer words', () => {
    expect(steadyText('id 1 of 10', ['1'])).toBe('id <sent> of 10');
  });
});

it('withoutDates leaves out dates of JSON and of headers', () => {
  expect(withoutDates('at 2026-01-01T00:00:00.123+01:00 or Thu, 01 Jan 2026 00:00:00 GMT')).toBe('at <time> or <time>');
});
