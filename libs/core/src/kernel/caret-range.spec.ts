import { isInRange } from './caret-range.js';

describe('a range of caret alternatives', () => {
  it.each([
    ['11.1.4', '^11.1.4 || ^12.0.0'],
    ['11.2.0', '^11.1.4 || ^12.0.0'],
    ['12.0.0', '^11.1.4 || ^12.0.0'],
    ['12.5.1', '^11.1.4 || ^12'],
    ['0.2.2', '^0.2.0'],
    ['12.0.0-next.1', '^12.0.0'],
  ])('has %s in %s', (version, range) => expect(isInRange(version, range)).toBe(true));

  it.each([
    ['11.1.3', '^11.1.4 || ^12.0.0'],
    ['10.4.22', '^11.1.4 || ^12.0.0'],
    ['13.0.0', '^11.1.4 || ^12.0.0'],
    ['11.0.9', '^11.1.4'],
    ['0.1.14', '^0.2.0'],
    ['0.3.0', '^0.2.0'],
  ])('does not have %s in %s', (version, range) => expect(isInRange(version, range)).toBe(false));
});
