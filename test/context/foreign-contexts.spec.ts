import { Agent } from 'node:http';
import { ADAPTERS, call } from '../support/http.js';
import { portOf } from '../support/http.js';
import { ROUTES, SORTS, startForeignApp } from './support/foreign-app.js';

const TENANTS = 20;
const REQUESTS = 5_000;
const SOCKETS = 24;
/** On a busy machine. */
const PATIENCE_MS = 240_000;

describe.each(ADAPTERS)(
  `${REQUESTS} requests on %s whose middleware continues in the context of another request`,
  (adapter) => {
    it(
      'are each answered in the name of their own tenant, in every part of Nest, with a client and without',
      async () => {
        const { app, tally } = await startForeignApp(adapter, TENANTS);
        const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
        const wrong: string[] = [];
        const serials = Array.from({ length: REQUESTS }, (_, serial) => serial).values();
        const send = async (): Promise<void> => {
          for (const serial of serials) {
            const sorts = SORTS[adapter];
            const tenant = `t-${serial % TENANTS}`;
            const [route, sort] = [
              ROUTES[serial % ROUTES.length],
              sorts[Math.floor(serial / ROUTES.length) % sorts.length],
            ];
            const path = `/t/${tenant}.example/${route}?n=${serial}&via=${sort}`;
            const { status, text } = await call(portOf(app), path, { agent });
            if (status !== 200 || !text.includes(`#${serial} ${tenant}.`))
              wrong.push(`${path}: ${status} ${text.slice(-200)}`);
          }
        };
        await Promise.all(Array.from({ length: SOCKETS }, send));
        agent.destroy();
        await app.close();
        expect(wrong.slice(0, 10)).toEqual([]);
        expect(tally.samples).toEqual([]);
        expect(tally.total).toMatchObject({ wrong: 0, missing: 0 });
        const kinds = ['middleware', 'guard', 'pipe', 'interceptor', 'value of another user', 'client'];
        expect([...tally.kinds.keys()].sort()).toEqual(kinds.sort());
      },
      PATIENCE_MS,
    );
  },
);
