import { freePort, withBalancer } from './balancers.mjs';
import { carelessNginx } from './careless.mjs';
import { overAll, raw } from './client.mjs';
import { markdown } from './markdown.mjs';
import { withNodes } from './nodes.mjs';
import { oddRequests } from './odd-requests.mjs';
import { idOf } from './tenants.mjs';

const RANDOM = 2_000;

/**
 * Odd requests through the balancer. Without the check in the application, they show whether the balancer's own rules are
 * enough; with nginx, a careless configuration of it shows whether the check is.
 */
export async function agreement(kind) {
  const shipped = await measure(kind, { checked: false });
  const both = await measure(kind, { checked: true });
  const careless = kind === 'nginx' ? await measureCareless() : { rows: [], promises: {} };
  return {
    title: `Odd requests (${kind})`,
    table: markdown(
      ['', 'requests', 'served', '400', 'other refusals', 'served in disagreement', 'audit events'],
      [
        row(`${kind} as shipped, application unchecked`, shipped),
        row(`${kind} as shipped, application checked`, both),
        ...careless.rows,
      ],
    ),
    promises: {
      'the shipped balancer and the application never serve a request in disagreement':
        shipped.split + both.split === 0,
      'the check refuses nothing that both read alike': both.served === shipped.served && both.mismatches === 0,
      ...careless.promises,
    },
  };
}

async function measureCareless() {
  const unchecked = await measure('nginx', { checked: false, text: carelessNginx });
  const checked = await measure('nginx', { checked: true, text: carelessNginx });
  return {
    rows: [
      row('careless nginx, application unchecked', unchecked),
      row('careless nginx, application checked', checked),
    ],
    promises: {
      'behind a careless balancer there is disagreement, and the check lets none through':
        unchecked.split > 0 && checked.split === 0 && checked.mismatches > 0,
    },
  };
}

function row(what, { asked, served, refused, other, split, mismatches }) {
  return [what, asked, served, refused, other, split, mismatches];
}

async function measure(kind, { checked, text }) {
  const ports = await Promise.all(Array.from({ length: 3 }, freePort));
  return withNodes(ports, { checked }, (nodes) =>
    withBalancer(kind, { nodes: ports, text }, async (port) => {
      const requests = oddRequests(RANDOM);
      const answers = await overAll(requests, (request) => raw(port, request));
      const stats = await Promise.all(nodes.map((node) => node.stats()));
      const served = answers.filter(({ status }) => status === 200);
      const refused = answers.filter(({ status }) => status === 400).length;
      return {
        asked: requests.length,
        served: served.length,
        refused,
        other: requests.length - served.length - refused,
        split: served.filter(({ body }) => body === undefined || !agrees(body)).length,
        mismatches: stats.reduce((sum, each) => sum + each.mismatches, 0),
      };
    }),
  );
}

/** Whether the node has served the tenant that the balancer read. */
function agrees({ tenant, header }) {
  return header !== null && header === header.toLowerCase() && idOf(header) === tenant;
}
