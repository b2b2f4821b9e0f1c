import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { PROXY } from './balancers.mjs';

const CLIENTS = 24;
const ANY_CLIENT = '127.0.0.1';

/** The three ways in which a request names its tenant, in the spellings that are allowed. */
export const DISPATCHES = {
  path: (domain) => ({ path: `/t/${domain}/who`, host: 'localhost' }),
  host: (domain) => ({ path: '/who', host: `${domain.toUpperCase()}.:8080` }),
  header: (domain) => ({ path: '/who', host: 'localhost', tenant: domain, from: PROXY }),
};

/** Sends requests over connections that stay open. The caller closes it. */
export class Client {
  #agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  #port;

  constructor(port) {
    this.#port = port;
  }

  /** The answer as `{ status, body }`; status 0 when the connection broke. */
  ask({ path, host, tenant, from = ANY_CLIENT }) {
    const headers = { host, ...(tenant === undefined ? {} : { 'x-tenant-id': tenant }) };
    const options = { host: '127.0.0.1', port: this.#port, localAddress: from, path, headers, agent: this.#agent };
    return new Promise((resolve) => {
      const outgoing = request(options, (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        incoming.on('end', () => resolve({ status: incoming.statusCode, body: parsed(text) }));
        incoming.on('error', () => resolve({ status: 0 }));
      });
      outgoing.on('error', () => resolve({ status: 0 }));
      outgoing.end();
    });
  }

  close() {
    this.#agent.destroy();
  }
}

/** Runs a function over items, some at a time, and gives what it gave. */
export async function overAll(items, fn) {
  const queue = items.map((item, index) => ({ item, index }));
  const results = new Array(items.length);
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next.index] = await fn(next.item);
  };
  await Promise.all(Array.from({ length: CLIENTS }, worker));
  return results;
}

/** Sends one request byte by byte and gives `{ status, body }`; status 0 where the server only closed. */
export function raw(port, { target = '/who', method = 'GET', lines, body = '', from = ANY_CLIENT }) {
  const head = [`${method} ${target} HTTP/1.1`, ...lines, 'Connection: close', '', ''].join('\r\n');
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    socket.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    // A server that refuses in the middle of a long head resets the connection; what it has said before counts.
    socket.on('error', () => undefined);
    socket.on('close', () =>
      resolve({ status: Number(text.slice(9, 12)), body: parsed(/\{.*\}/.exec(text)?.[0] ?? '') }),
    );
    socket.write(Buffer.from(`${head}${body}`, 'latin1'));
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
