import { freePort, withBalancer } from './balancers.mjs';
import { Client, DISPATCHES, overAll } from './client.mjs';
import { withNodes } from './nodes.mjs';
import { DOMAINS } from './tenants.mjs';
import { markdown } from './markdown.mjs';

const SET_UPS = [{ count: 1 }, { count: 2 }, { count: 3 }, { count: 3, spread: true }];

/** A thousand tenants, each by path, host and header: on which nodes, and how many clients the nodes hold. */
export async function distribution(kind) {
  const measured = [];
  for (const setUp of SET_UPS) measured.push(await measure(kind, setUp));
  const kept = measured.filter(({ spread }) => !spread);
  return {
    title: `Clients per node, ${DOMAINS.length} tenants, each by path, host and header (${kind})`,
    table: markdown(
      ['nodes', 'clients per node', 'clients in all', 'tenants on more than one node', 'requests that failed'],
      measured.map(({ count, spread, clients, total, torn, failed }) => [
        spread ? `${count}, by turns` : count,
        clients.join(' + '),
        total,
        torn,
        failed,
      ]),
    ),
    promises: {
      'no request fails': measured.every(({ failed }) => failed === 0),
      'a tenant is on one node, named by path, host or header': kept.every(({ torn }) => torn === 0),
      'a tenant has one client in all': kept.every(({ total }) => total === DOMAINS.length),
      'no node has more than 1.3 times its share': kept.every(
        ({ clients, count }) => Math.max(...clients) <= (1.3 * DOMAINS.length) / count,
      ),
    },
  };
}

async function measure(kind, { count, spread = false }) {
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  return withNodes(ports, {}, (nodes) =>
    withBalancer(kind, { nodes: ports, spread }, async (port) => {
      const client = new Client(port);
      const answers = await overAll(
        DOMAINS.flatMap((domain) => Object.values(DISPATCHES).map((dispatch) => ({ domain, call: dispatch(domain) }))),
        async ({ domain, call }) => ({ domain, ...(await client.ask(call)) }),
      );
      client.close();
      const clients = (await Promise.all(nodes.map((node) => node.stats()))).map((stats) => stats.clients);
      const total = clients.reduce((sum, each) => sum + each, 0);
      return { count, spread, clients, total, torn: tornTenants(answers), failed: failures(answers) };
    }),
  );
}

function tornTenants(answers) {
  const nodes = new Map();
  for (const { domain, body } of answers) nodes.set(domain, (nodes.get(domain) ?? new Set()).add(body?.node));
  return [...nodes.values()].filter((seen) => seen.size > 1).length;
}

function failures(answers) {
  return answers.filter(({ status }) => status !== 200).length;
}
