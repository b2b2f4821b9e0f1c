import { getMaxListeners } from 'node:events';
import { manyListeners } from './many-listeners.js';

it('a signal that many listen to has no limit from which Node warns of a leak', () => {
  const { signal } = new AbortController();
  expect(getMaxListeners(signal)).toBeGreaterThan(0);
  expect(manyListeners(signal)).toBe(signal);
  expect(getMaxListeners(signal)).toBe(Infinity);
});
