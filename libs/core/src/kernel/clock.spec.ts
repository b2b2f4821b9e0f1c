import { systemClock } from './clock.js';

/** A timer of Node that a test fires by hand. */
function fakeTimeouts() {
  const armed: { callback: () => void; ms: number; unref: jest.Mock }[] = [];
  const set = jest.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void, ms: number) => {
    const timer = { callback, ms, unref: jest.fn().mockReturnThis() };
    armed.push(timer);
    return timer;
  }) as never);
  const cleared: unknown[] = [];
  const clear = jest.spyOn(globalThis, 'clearTimeout').mockImplementation((timer) => void cleared.push(timer));
  return { armed, cleared, restore: () => (set.mockRestore(), clear.mockRestore()) };
}

describe('the system clock', () => {
  it('R14: splits a duration that Node would fire at once, and fires once, at its end', () => {
    const { armed, restore } = fakeTimeouts();
    const callback = jest.fn();
    const longest = 2 ** 31 - 1;
    systemClock.setTimer(callback, 2 * longest + 5);
    armed[0]?.callback();
    armed[1]?.callback();
    expect(callback).not.toHaveBeenCalled();
    armed[2]?.callback();
    restore();
    expect(armed.map(({ ms }) => ms)).toEqual([longest, longest, 5]);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('never fires a timer without end', () => {
    const { armed, restore } = fakeTimeouts();
    const callback = jest.fn();
    systemClock.setTimer(callback, Infinity);
    for (let step = 0; step < 5; step += 1) armed[step]?.callback();
    restore();
    expect(armed).toHaveLength(6);
    expect(callback).not.toHaveBeenCalled();
  });

  it('R14: keeps no process alive with any part of a timer, and clears the part that is armed', () => {
    const { armed, cleared, restore } = fakeTimeouts();
    const timer = systemClock.setTimer(() => undefined, 2 ** 31);
    armed[0]?.callback();
    timer.clear();
    restore();
    expect(armed).toHaveLength(2);
    for (const { unref } of armed) expect(unref).toHaveBeenCalledTimes(1);
    expect(cleared).toEqual([armed[1]]);
  });

  it('takes exactly the longest duration in one go', () => {
    const { armed, restore } = fakeTimeouts();
    const callback = jest.fn();
    systemClock.setTimer(callback, 2 ** 31 - 1);
    armed[0]?.callback();
    restore();
    expect(armed).toHaveLength(1);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('R10: is monotonic and does not follow the wall clock', () => {
    const before = systemClock.now();
    const wall = jest.spyOn(Date, 'now').mockReturnValue(0);
    const after = systemClock.now();
    wall.mockRestore();
    expect(after).toBeGreaterThanOrEqual(before);
  });
});
