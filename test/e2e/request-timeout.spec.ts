import type { Server } from 'node:http';
import { ADAPTERS } from '../support/http.js';
import { startSample } from '../support/orchestrator.js';

/** Node checks it every 30 s by the time of the system, so that no test waits for it. */
describe.each(ADAPTERS)('the server of the sample on %s', (adapter) => {
  it('gives a request 60 s to arrive completely', async () => {
    const sample = await startSample(adapter, 'pglite');
    try {
      expect(sample.app.getHttpServer() as Server).toMatchObject({ listening: true, requestTimeout: 60_000 });
    } finally {
      await sample.close();
    }
  }, 180_000);
});
