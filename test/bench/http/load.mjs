import autocannon from 'autocannon';
import { BASE_DOMAIN, NO_TENANT, tenantIds } from './tenants.mjs';

/** With few, it is chance how many requests the server finds waiting each time it looks, and that moves its time for one by a half. */
const CONNECTIONS = 50;
const AN_HOUR_S = 3_600;

/** Requests without a pause, tenants taking turns on keep-alive connections, until it is ended. */
export class Load {
  #answered = 0;
  #instance;
  #result;

  constructor(port, tenants) {
    this.#result = new Promise((resolve, reject) => {
      const options = optionsOf(port, everyTenant(tenants), { duration: AN_HOUR_S });
      this.#instance = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
    });
    this.#instance.on('response', () => (this.#answered += 1));
  }

  /** How many requests have been answered so far. */
  get answered() {
    return this.#answered;
  }

  /** Ends it. Throws unless every answer was a 200. */
  async end() {
    this.#instance.stop();
    const result = await this.#result;
    insistOn200(result, result['1xx'] + result['2xx'] + result.non2xx);
  }
}

/** Sends so many requests, tenants taking turns on keep-alive connections. Throws unless every one is answered with 200. */
export function send(port, tenants, amount) {
  return run(port, everyTenant(tenants), amount);
}

/** As {@link send}, and throws unless every answer names the requested tenant, or all answers name none. */
export async function sendAndCheck(port, tenants, amount) {
  const wrong = [];
  let [own, none] = [0, 0];
  const requests = everyTenant(tenants).map(({ id, ...request }) => {
    const expected = JSON.stringify({ tenant: id });
    const onResponse = (_status, body) => {
      if (body === expected) own += 1;
      else if (body === ANSWER_WITHOUT_TENANT) none += 1;
      else wrong.push(`${id} was answered ${body}`);
    };
    return { ...request, onResponse };
  });
  await run(port, requests, amount);
  if (wrong.length > 0 || (own > 0 && none > 0)) throw new Error(`${wrong.length} wrong answers: ${wrong[0]}`);
  if (own + none !== amount) throw new Error(`${own + none} answers were checked, of ${amount}`);
}

const ANSWER_WITHOUT_TENANT = JSON.stringify({ tenant: NO_TENANT });

/** Requests of every tenant once, in an order that looks random and is the same in every run. */
function everyTenant(tenants) {
  const ids = tenantIds(tenants);
  let seed = 1;
  for (let last = ids.length - 1; last > 0; last -= 1) {
    seed = (seed * 48_271) % 2_147_483_647;
    const other = seed % (last + 1);
    [ids[last], ids[other]] = [ids[other], ids[last]];
  }
  return ids.map((id) => ({ id, headers: { host: `${id}.${BASE_DOMAIN}`, 'x-tenant-id': id } }));
}

async function run(port, requests, amount) {
  insistOn200(await autocannon(optionsOf(port, requests, { amount })), amount);
}

function optionsOf(port, requests, until) {
  return {
    url: `http://127.0.0.1:${port}/who`,
    connections: CONNECTIONS,
    requests: requests.slice(0, 1),
    setupClient: takeTurns(requests),
    sampleInt: 100,
    ...until,
  };
}

function insistOn200({ errors, timeouts, statusCodeStats }, amount) {
  const answered = statusCodeStats?.['200']?.count ?? 0;
  if (errors + timeouts === 0 && answered === amount) return;
  const seen = JSON.stringify({ errors, timeouts, ...statusCodeStats });
  throw new Error(`${answered} of ${amount} requests were answered with 200: ${seen}`);
}

/** Each connection begins with another tenant, and has its share alone where there are many: it prepares all that it sends. */
function takeTurns(requests) {
  const share = Math.ceil(requests.length / CONNECTIONS);
  let client = 0;
  return (connection) => {
    const first = Math.floor((requests.length * (client % CONNECTIONS)) / CONNECTIONS);
    client += 1;
    const ownFirst = [...requests.slice(first), ...requests.slice(0, first)];
    connection.setRequests(share > 1 ? ownFirst.slice(0, share) : ownFirst);
  };
}
