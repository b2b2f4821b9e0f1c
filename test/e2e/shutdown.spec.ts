import type { Server } from 'node:http';
import { ADAPTERS } from '../support/http.js';
import { startSample } from '../support/orchestrator.js';
import { until } from '../support/until.js';

describe.each(ADAPTERS)('shutting down on %s', (adapter) => {
  it('answers every request in flight with its client still open, then closes the clients', async () => {
    const sample = await startSample(adapter, 'pglite');
    const headers = await sample.logIn('alice@foo.com');
    const hold = sample.cloud.holdAccount('foo');
    const answers = Promise.all(Array.from({ length: 50 }, () => sample.call('/t/foo.com/servers', { headers })));
    await until(() => sample.clients.stats().leases === 50);

    const closed = sample.close();
    await until(() => !(sample.app.getHttpServer() as Server).listening);
    expect(sample.clients.stats()).toMatchObject({ size: 1, leases: 50 });
    hold.release();

    expect((await answers).map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
    await closed;
    expect(sample.clients.stats()).toMatchObject({ size: 0, leases: 0, draining: 0 });
    expect(sample.clients.closed).toBe(true);
  }, 180_000);
});
