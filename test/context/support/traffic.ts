import { Agent, request } from 'node:http';
import type { ClientRequest } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { SeededRandom } from './random.js';

/** One request of the mix. */
export interface Visitor {
  readonly serial: number;
  /** `null` on routes without a tenant. */
  readonly tenantId: string | null;
  readonly path: string;
  readonly body: { readonly type: string; readonly text: string } | null;
  /** Whether the client goes away: as soon as the request is out, or when the answer begins. */
  readonly leaves: 'no' | 'early' | 'late';
}

/** What the clients saw. */
export interface TrafficReport {
  answered: number;
  left: number;
  /** The first few answers that were not in the name of the tenant that was asked for. */
  readonly wrong: string[];
}

const ROUTES = [
  ...['awaits', 'timers', 'callbacks', 'events', 'generators', 'queues', 'observable', 'body'].map((r) => `plain/${r}`),
  ...['download', 'written', 'echo', 'events'].map((route) => `stream/${route}`),
  ...['throws', 'rejects', 'errs'].map((route) => `failing/${route}`),
  ...['client/one', 'client/one', 'client/rows', 'nested/run', 'nested/client', 'open'],
] as const;
const LEAVING_SHARE = 0.03;
const DEPTH = 4;

/** A mix of visitors; the same seed gives the same. */
export function visitorsOf(seed: number, count: number, tenants: number): Visitor[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, (_, serial) => {
    const tenantId = `t-${random.below(tenants)}`;
    const query = `?n=${serial}&other=t-${random.below(tenants)}`;
    const share = random.next();
    if (share < 0.02) return { serial, tenantId: null, path: `/open${query}`, body: null, leaves: 'no' };
    const leaves = share > 1 - LEAVING_SHARE ? random.pick(['early', 'late'] as const) : 'no';
    const route = leaves === 'late' ? 'stream/endless' : random.pick(ROUTES);
    return { serial, tenantId, path: `/t/${tenantId}.example/${route}${query}`, body: bodyOf(route, random), leaves };
  });
}

function bodyOf(route: string, random: SeededRandom): Visitor['body'] {
  const filler = 'y'.repeat(random.below(12_000));
  if (route === 'plain/body') return { type: 'application/json', text: JSON.stringify({ filler }) };
  if (route === 'stream/echo') return { type: 'application/octet-stream', text: filler };
  return null;
}

/** Sends all visitors: most over the sockets of a keep-alive agent, one in ten in batches down pipelining sockets. */
export async function sendAll(port: number, visitors: readonly Visitor[], sockets: number): Promise<TrafficReport> {
  const report: TrafficReport = { answered: 0, left: 0, wrong: [] };
  const pipelined = visitors.filter(({ serial, leaves }) => serial % 10 === 0 && leaves !== 'late');
  const chosen = new Set(pipelined);
  const single = visitors.filter((visitor) => !chosen.has(visitor));
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  try {
    await Promise.all([
      ...workers(sockets, single.values(), (visitor) => sendOne(port, agent, visitor, report)),
      ...workers(8, batchesOf(pipelined), (batch) => sendBatch(port, batch, report)),
    ]);
  } finally {
    agent.destroy();
  }
  return report;
}

function workers<T>(count: number, things: IterableIterator<T>, work: (thing: T) => Promise<void>): Promise<void>[] {
  return Array.from({ length: count }, async () => {
    for (const thing of things) await work(thing);
  });
}

function* batchesOf(visitors: readonly Visitor[]): Generator<readonly Visitor[]> {
  for (let start = 0; start < visitors.length; start += DEPTH) yield visitors.slice(start, start + DEPTH);
}

async function sendOne(port: number, agent: Agent, visitor: Visitor, report: TrafficReport): Promise<void> {
  const { path, body, leaves } = visitor;
  const outgoing = request({
    host: '127.0.0.1',
    port,
    path,
    agent,
    method: body === null ? 'GET' : 'POST',
    headers: body === null ? {} : { 'content-type': body.type, 'transfer-encoding': 'chunked' },
  });
  const text = leaves === 'no' ? read(outgoing) : leave(outgoing, leaves);
  await writeInPieces(outgoing, body?.text ?? '');
  check(visitor, await text, report);
}

/** In pieces that arrive apart, so that the server's parser waits in between. */
async function writeInPieces(outgoing: ClientRequest, text: string): Promise<void> {
  for (let start = 0; start < text.length && !outgoing.destroyed; start += 5_000) {
    outgoing.write(text.slice(start, start + 5_000));
    await new Promise((resolve) => setImmediate(resolve));
  }
  outgoing.end();
}

async function read(outgoing: ClientRequest): Promise<string> {
  const [incoming] = (await once(outgoing, 'response')) as [AsyncIterable<Buffer>];
  let text = '';
  for await (const chunk of incoming) text += chunk.toString('latin1');
  return text;
}

/** Goes away: when the socket has the head of the request, or when the answer has begun. */
function leave(outgoing: ClientRequest, when: 'early' | 'late'): Promise<null> {
  return new Promise((resolve) => {
    outgoing.on('error', () => undefined);
    outgoing.once('close', () => resolve(null));
    outgoing.once('response', () => outgoing.destroy());
    if (when === 'early') outgoing.once('finish', () => outgoing.destroy());
  });
}

/** A socket of its own for every batch; one with a visitor who leaves is destroyed as soon as it is written. */
async function sendBatch(port: number, batch: readonly Visitor[], report: TrafficReport): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write(batch.map(onTheWire).join(''));
  const torn = batch.some(({ leaves }) => leaves !== 'no');
  const texts = torn ? tear(socket, batch.length) : readBatch(socket, batch);
  (await texts).forEach((text, n) => check(batch[n] as Visitor, text, report));
}

function onTheWire({ path, body }: Visitor): string {
  const head = `${body === null ? 'GET' : 'POST'} ${path} HTTP/1.1\r\nHost: localhost\r\n`;
  if (body === null) return `${head}\r\n`;
  return `${head}Content-Type: ${body.type}\r\nContent-Length: ${body.text.length}\r\n\r\n${body.text}`;
}

async function tear(socket: Socket, count: number): Promise<null[]> {
  socket.on('error', () => undefined);
  await once(socket, 'ready');
  await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  return Array.from({ length: count }, () => null);
}

/** Reads until the last words of every visitor have arrived, and cuts the text behind each. */
async function readBatch(socket: Socket, batch: readonly Visitor[]): Promise<string[]> {
  let text = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1');
    const ends = batch.map(({ serial }) => text.search(new RegExp(`#${serial} [\\w-]+\\.`)));
    if (!ends.includes(-1)) {
      return ends.map((end, n) => text.slice(n === 0 ? 0 : ends[n - 1], text.indexOf('.', end) + 1));
    }
  }
  return batch.map(() => `an answer that ends in ${text.slice(-200)}`);
}

function check({ serial, tenantId, path }: Visitor, text: string | null, report: TrafficReport): void {
  if (text === null) {
    report.left += 1;
    return;
  }
  report.answered += 1;
  if (text.includes(`#${serial} ${tenantId ?? 'no-tenant'}.`) || report.wrong.length >= 10) return;
  report.wrong.push(`${path} was answered ${text.slice(-200)}`);
}
