import { ADAPTERS, call } from '../../support/http.js';
import { until } from '../../support/until.js';
import { leasesOf } from '../tenant-fixture.js';
import { Listener, startStreamsApp } from './streams-app.js';
import type { StreamsApp } from './streams-app.js';

const KINDS = ['sse', 'file', 'piped'] as const;

describe.each(ADAPTERS)('open responses on %s', (adapter) => {
  let streams: StreamsApp;
  beforeEach(async () => void (streams = await startStreamsApp(adapter)));
  afterEach(() => streams.app.close());

  describe.each(KINDS)('%s', (kind) => {
    it('keeps its tenant and client until it has ended', async () => {
      const { app, stage } = streams;
      const listener = new Listener(app, `/t/foo.com/${kind}`);
      await listener.receives('first of foo');
      expect(leasesOf(app)).toBe(1);
      stage.door.open();
      await listener.receives('second of foo foo');
      await until(() => listener.over);
      await until(() => leasesOf(app) === 0);
    });

    it('gives its client back when its reader goes away, though its source still waits', async () => {
      const { app, stage } = streams;
      const listener = new Listener(app, `/t/foo.com/${kind}`);
      await listener.receives('first of foo');
      expect(leasesOf(app)).toBe(1);
      listener.leave();
      await until(() => leasesOf(app) === 0);
      expect(stage.finished).toBe(0);
    });

    it('gives its client back when its source breaks', async () => {
      const { app, stage } = streams;
      const listener = new Listener(app, `/t/foo.com/${kind}-failing`);
      await listener.receives('first of foo');
      stage.door.open();
      await until(() => listener.over);
      await until(() => leasesOf(app) === 0);
      expect(listener.text).not.toContain('second');
    });

    it('stays its tenant’s among others', async () => {
      const { app, stage } = streams;
      const tenants = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 'foo' : 'bar'));
      const listeners = tenants.map((id) => new Listener(app, `/t/${id}.com/${kind}`));
      await Promise.all(listeners.map((listener, i) => listener.receives(`first of ${tenants[i]}`)));
      expect(leasesOf(app)).toBe(20);
      stage.door.open();
      await Promise.all(listeners.map((listener, i) => listener.receives(`second of ${tenants[i]} ${tenants[i]}`)));
      await until(() => leasesOf(app) === 0);
    });

    it.each([
      ['an unknown tenant', 404, 'MT_TENANT_UNKNOWN'],
      ['a suspended tenant', 403, 'MT_TENANT_SUSPENDED'],
    ])('does not open for %s', async (who, status, code) => {
      const { app, catalog } = streams;
      catalog.pretended.set('foo', 'suspended');
      const answer = await call(app, `/t/${who === 'an unknown tenant' ? 'no' : 'foo'}.com/${kind}`);
      expect([answer.status, answer.json]).toMatchObject([status, { code }]);
      expect(leasesOf(app)).toBe(0);
    });
  });

  it('that share a source run in their own tenant’s context, whichever context emits', async () => {
    const { app, stage } = streams;
    const listeners = ['foo', 'bar'].map((id) => new Listener(app, `/t/${id}.com/news`));
    await until(() => leasesOf(app) === 2);
    await until(() => stage.news.observed);
    await until(() => {
      stage.news.next('hello');
      return listeners.every(({ text }) => text.includes('hello'));
    });
    expect(listeners.map(({ text }) => /for (\w+)/.exec(text)?.[1])).toEqual(['foo', 'bar']);
    listeners.forEach((listener) => listener.leave());
    await until(() => leasesOf(app) === 0);
  });
});
