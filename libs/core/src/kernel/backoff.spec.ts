import { backoffMs } from './backoff.js';

describe('the pause after failures', () => {
  it.each([
    [1, 250, 0, 250],
    [2, 250, 0, 500],
    [7, 250, 0, 15_000],
    [10_000, 250, 0, 15_000],
    [1, 20_000, 0, 20_000],
    [2, 20_000, 0, 20_000],
    [3, 250, 0.5, 750],
    [1, 250, 1, 125],
    [5, 0, 0, 0],
  ])('attempt %d, first pause %d ms, random %d: %d ms', (attempts, firstMs, random, expected) => {
    expect(backoffMs(attempts, firstMs, random)).toBe(expected);
  });
});
