import { EventEmitter } from 'node:events';
import { watchForwarded } from './forwarded-watch.js';

describe('the watch for a proxy that hides the host', () => {
  const server = (): { emitter: EventEmitter; logged: string[]; ask: (headers: object) => void } => {
    const emitter = new EventEmitter();
    const logged: string[] = [];
    watchForwarded(emitter, (line) => logged.push(line));
    return { emitter, logged, ask: (headers) => emitter.emit('request', { headers }) };
  };
  const hidden = { host: 'inner.example', 'x-forwarded-host': 'foo.com' };

  it('reports the first such request and then stops watching', () => {
    const { emitter, logged, ask } = server();
    ask({ host: 'foo.com' });
    ask(hidden);
    ask(hidden);
    expect(logged).toEqual([expect.stringContaining('X-Forwarded-Host')]);
    expect(emitter.listenerCount('request')).toBe(0);
  });

  it('stops watching after ten thousand requests that show nothing', () => {
    const { emitter, logged, ask } = server();
    for (let request = 1; request < 10_000; request += 1) ask({ host: 'foo.com' });
    expect(emitter.listenerCount('request')).toBe(1);
    ask({ host: 'foo.com' });
    ask(hidden);
    expect([emitter.listenerCount('request'), logged]).toEqual([0, []]);
  });
});
