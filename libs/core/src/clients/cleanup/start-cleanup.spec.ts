import { TenantClientRegistry } from '../../registry/tenant-client-registry.js';
import { ManualClock } from '@tenantry/testing';
import { startCleanup } from './start-cleanup.js';

const HOUR = 3_600_000;

async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
}

function registryOf(clock: ManualClock, dispose: () => unknown = () => undefined) {
  return new TenantClientRegistry<object>({ name: 'db', clock, create: () => ({}), dispose });
}

describe('startCleanup', () => {
  it('closes what is idle for longer than 24 hours, every hour, for several registries', async () => {
    const clock = new ManualClock();
    const registries = [registryOf(clock), registryOf(clock)];
    for (const registry of registries) (await registry.acquire('foo')).release();
    const stop = startCleanup(registries, { clock });
    const sizes: number[] = [];
    for (const ms of [23 * HOUR, HOUR, HOUR]) {
      clock.advance(ms);
      await turns();
      sizes.push(registries.reduce((sum, { size }) => sum + size, 0));
    }
    expect(sizes).toEqual([2, 2, 0]);
    await stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('begins no round beside one that runs, and stop waits for that', async () => {
    const clock = new ManualClock();
    let open: () => void = () => undefined;
    const closing = new Promise<void>((resolve) => (open = resolve));
    const registry = registryOf(clock, () => closing);
    const sweeps = jest.spyOn(registry, 'cleanUp');
    (await registry.acquire('foo')).release();
    const stop = startCleanup(registry, { clock, everyMs: 10, idleMs: 0 });
    clock.advance(10);
    await turns();
    clock.advance(100);
    await turns();
    expect(sweeps).toHaveBeenCalledTimes(1);
    let stopped = false;
    const stopping = stop().then(() => (stopped = true));
    await turns();
    expect(stopped).toBe(false);
    open();
    await stopping;
    clock.advance(100);
    expect(sweeps).toHaveBeenCalledTimes(1);
  });

  it('continues after a failure, and reports it', async () => {
    const clock = new ManualClock();
    const registry = registryOf(clock);
    const failure = new Error('broken');
    const sweeps = jest.spyOn(registry, 'cleanUp').mockRejectedValueOnce(failure);
    const reported: unknown[] = [];
    const stop = startCleanup(registry, { clock, everyMs: 10, onError: (error, name) => reported.push(error, name) });
    for (let round = 0; round < 2; round += 1) {
      clock.advance(10);
      await turns();
    }
    expect(reported).toEqual([failure, 'db']);
    expect(sweeps).toHaveBeenCalledTimes(2);
    await stop();
  });

  it.each(['before', 'after'])('is stopped by its signal, aborted %s the start', async (when) => {
    const clock = new ManualClock();
    const registry = registryOf(clock);
    const sweeps = jest.spyOn(registry, 'cleanUp');
    const abort = new AbortController();
    if (when === 'before') abort.abort();
    startCleanup(registry, { clock, everyMs: 10, signal: abort.signal });
    abort.abort();
    clock.advance(100);
    await turns();
    expect(sweeps).not.toHaveBeenCalled();
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['everyMs', 0],
    ['everyMs', Number.NaN],
    ['everyMs', Infinity],
    ['idleMs', -1],
  ])('refuses %s %p', (option, value) => {
    const start = (): unknown => startCleanup(registryOf(new ManualClock()), { [option]: value });
    expect(start).toThrow(
      expect.objectContaining({ code: 'MT_OPTIONS_INVALID', message: expect.stringContaining(option) }),
    );
  });
});
