import { EventEmitter } from 'node:events';
import { watchForwarded } from './forwarded-watch.js';

describe('the watch for a proxy that hides the host', () => {
  const server = (): { emitter: EventEmitter; told: string[]; ask: (headers: object) => void } => {
    const emitter = new EventEmitter();
    const told: string[] = [];
    watchForwarded(emitter, (line) => told.push(line));
    return { emitter, told, ask: (headers) => emitter.emit('request', { headers }) };
  };
  const hidden = { host: 'inner.example', 'x-forwarded-host': 'foo.com' };

  it('tells of the first such request and then looks no more', () => {
    const { emitter, told, ask } = server();
    ask({ host: 'foo.com' });
    ask(hidden);
    ask(hidden);
    expect(told).toEqual([expect.stringContaining('X-Forwarded-Host')]);
    expect(emitter.listenerCount('request')).toBe(0);
  });

  it('looks no more after ten thousand requests that show nothing', () => {
    const { emitter, told, ask } = server();
    for (let request = 1; request < 10_000; request += 1) ask({ host: 'foo.com' });
    expect(emitter.listenerCount('request')).toBe(1);
    ask({ host: 'foo.com' });
    ask(hidden);
    expect([emitter.listenerCount('request'), told]).toEqual([0, []]);
  });
});
