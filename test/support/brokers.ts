import { spawnSync } from 'node:child_process';
import { reportLeftOut } from './left-out.js';

/** URLs of the brokers that tests can use now; a broker that is not there has no member. */
export interface Brokers {
  readonly redis?: string;
  readonly nats?: string;
  readonly rabbitmq?: string;
}

type BrokerName = keyof Brokers;

const KNOWN: Readonly<Record<BrokerName, { readonly variable: string; readonly url: string }>> = {
  redis: { variable: 'REDIS_URL', url: 'redis://127.0.0.1:6379' },
  nats: { variable: 'NATS_URL', url: 'nats://127.0.0.1:4222' },
  rabbitmq: { variable: 'RABBITMQ_URL', url: 'amqp://127.0.0.1:5672' },
};

const NAMES = Object.keys(KNOWN) as BrokerName[];
const START = 'docker compose up redis nats rabbitmq';

// Runs in a process of its own, so that the parameters of a suite are known when it is read.
const PROBE = `
  const net = require('node:net');
  for (const [name, port] of JSON.parse(process.argv[1])) {
    const socket = net.connect({ host: '127.0.0.1', port });
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('connect', () => { process.stdout.write(name + ' '); socket.destroy(); });
    socket.once('error', () => socket.destroy());
  }`;

let found: Brokers | undefined;

/**
 * Finds the brokers, once per spec file: by `REDIS_URL`, `NATS_URL` and `RABBITMQ_URL`, and where a variable is not set by
 * the default port on loopback. Suites take their parameters from it when they are read. What is left out for want of a
 * broker is said in one line; with `CI` set it is an error.
 *
 * @param needed the brokers that the suite is about; default all
 */
export function brokers(needed: readonly BrokerName[] = NAMES): Brokers {
  found ??= find();
  const absent = needed.filter((name) => found?.[name] === undefined);
  if (absent.length > 0)
    reportLeftOut(`Left out, no broker: the tests on ${absent.join(', ')}. To run them too: ${START}`);
  return found;
}

/**
 * A suite that needs one broker. Where it is absent, the suite is one test that says so: Jest takes neither an empty table
 * nor a file without tests.
 */
export function describeOn(broker: BrokerName, title: string, suite: (url: string) => void): void {
  const url = brokers([broker])[broker];
  describe(title, () => {
    if (url !== undefined) suite(url);
    else it(`is left out, for there is no ${broker} here`, () => expect(brokers([])).not.toHaveProperty(broker));
  });
}

function find(): Brokers {
  const given = NAMES.flatMap((name) => {
    const url = process.env[KNOWN[name].variable];
    return url ? [[name, url] as const] : [];
  });
  const givenNames = new Set(given.map(([name]) => name));
  const probed = reachable(NAMES.filter((name) => !givenNames.has(name)));
  return Object.fromEntries([...given, ...probed.map((name) => [name, KNOWN[name].url] as const)]);
}

function reachable(names: readonly BrokerName[]): readonly BrokerName[] {
  if (names.length === 0) return [];
  const ports = names.map((name) => [name, Number(new URL(KNOWN[name].url).port)]);
  const { stdout } = spawnSync(process.execPath, ['--eval', PROBE, JSON.stringify(ports)], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  const answered = stdout.split(' ');
  return names.filter((name) => answered.includes(name));
}
