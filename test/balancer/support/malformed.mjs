import { freePort, withBalancer } from './balancers.mjs';
import { raw } from './client.mjs';
import { markdown } from './markdown.mjs';
import { withNodes } from './nodes.mjs';

const TURNS = 60;
/** More than fits into the buffers of a socket, so that a node which gives up in the middle resets the connection. */
const BODY = 'x'.repeat(900_000);

/** What Node's parser refuses, by the name of what is wrong. */
const MALFORMED = {
  'a control character in a header': { lines: ['X-Odd: a\x01b'] },
  'a head of more than 16 KB': { lines: ['A', 'B', 'C'].map((name) => `X-Odd-${name}: ${'a'.repeat(7_000)}`) },
  'a byte that is not ASCII in the target': { target: '/who\xff', lines: [] },
};

/** Requests that a node cannot parse, each with a large body, and a good request of another client after each. */
export async function malformed(kind) {
  const rows = [];
  for (const [what, request] of Object.entries(MALFORMED)) rows.push([what, ...(await measure(kind, request))]);
  return {
    title: `Good requests between ${TURNS} malformed ones (${kind})`,
    table: markdown(['malformed by', 'good requests served', 'nodes that served them'], rows),
    promises: {
      'malformed requests of one client affect no other client, and move no tenant': rows.every(
        ([, served, nodes]) => served === TURNS && nodes === 1,
      ),
    },
  };
}

async function measure(kind, { target, lines }) {
  const ports = await Promise.all(Array.from({ length: 3 }, freePort));
  return withNodes(ports, {}, () =>
    withBalancer(kind, { nodes: ports }, async (port) => {
      const head = ['Host: foo.com', ...lines, `Content-Length: ${BODY.length}`];
      const good = [];
      for (let turn = 0; turn < TURNS; turn += 1) {
        await raw(port, { method: 'POST', target, lines: head, body: BODY });
        good.push(await raw(port, { lines: ['Host: foo.com'] }));
      }
      const served = good.filter(({ status }) => status === 200);
      return [served.length, new Set(served.map(({ body }) => body.node)).size];
    }),
  );
}
