import { pageOf, pageQuerySchema } from './page.js';

describe('pageOf', () => {
  const cursorOf = (last: number): string => `after ${last}`;

  it('has a next page when there was one row more than asked for', () => {
    expect(pageOf([1, 2, 3], 2, cursorOf)).toEqual({ items: [1, 2], next: 'after 2' });
  });

  it.each([[[1, 2]], [[1]], [[]]])('is the last page with %j of 2', (rows: number[]) => {
    expect(pageOf(rows, 2, cursorOf)).toEqual({ items: rows, next: null });
  });
});

describe('pageQuerySchema', () => {
  it('has 20 to a page by default', () => {
    expect(pageQuerySchema.parse({})).toEqual({ limit: 20 });
  });

  it.each(['1', '100'])('takes a limit of %s', (limit) => {
    expect(pageQuerySchema.parse({ limit }).limit).toBe(Number(limit));
  });

  it.each([['0'], ['101'], ['-1'], ['1.5'], ['ten'], [''], ['NaN'], ['Infinity'], [['5', '6']]])(
    'refuses a limit of %j',
    (limit) => {
      const result = pageQuerySchema.safeParse({ limit });
      expect(result.error?.issues.map(({ path, message }) => [path, message])).toEqual([
        [['limit'], 'a whole number from 1 to 100'],
      ]);
    },
  );

  it('refuses what it does not know', () => {
    expect(pageQuerySchema.safeParse({ offset: '3' }).success).toBe(false);
  });
});
