import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The peer whose X-Tenant-Id the balancers of the drill believe. */
export const PROXY = '127.0.0.2';

const deployed = (path) => readFileSync(fileURLToPath(new URL(`../../../deploy/${path}`, import.meta.url)), 'utf8');

/**
 * The balancers, each with the configuration that is shipped. Only places are put in: ports, the folder, the trusted proxy.
 * `spread` is the same without the tenant: each request to the next node.
 */
export const BALANCERS = {
  nginx: {
    version: ['nginx', '-v'],
    command: (file) => ['nginx', '-c', file, '-g', 'daemon off;'],
    configuration: ({ port, nodes, folder, spread }) =>
      edited(deployed('nginx/nginx.conf'), [
        [/\/tmp\//g, `${folder}/`],
        [/listen 8080;/, `listen 127.0.0.1:${port};`],
        [/(?<=geo \$from_proxy \{\s+)default 0;/, `default 0; ${PROXY} 1;`],
        [/worker_processes auto;/, 'worker_processes 2;'],
        [/hash \$host consistent;/, spread ? '' : 'hash $host consistent;'],
        ...servers(/( *)server orchestrator-\d:3000(.*)\n/g, nodes, (node) => `server 127.0.0.1:${node}`),
      ]),
  },
  haproxy: {
    version: ['haproxy', '-v'],
    command: (file) => ['haproxy', '-db', '-f', file],
    configuration: ({ port, nodes, spread }) =>
      edited(deployed('haproxy/haproxy.cfg'), [
        [/bind :8080/, `bind 127.0.0.1:${port}`],
        [/acl from_proxy src \S+/, `acl from_proxy src ${PROXY}`],
        [/balance hash .*/, spread ? 'balance roundrobin' : '$&'],
        ...servers(
          /( *)server orchestrator-\d orchestrator-\d:3000(.*)\n/g,
          nodes,
          (node, name) => `server ${name} 127.0.0.1:${node}`,
        ),
      ]),
  },
};

/** The version of a balancer as it says it, or `null` where it is not installed. */
export function versionOf(kind) {
  const [command, ...args] = BALANCERS[kind].version;
  const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return error ? null : `${stdout}${stderr}`.split('\n')[0].trim();
}

/**
 * Runs a function with a balancer in front of some nodes.
 *
 * @param kind name in {@link BALANCERS}
 * @param options `nodes`: their ports; `spread`; `text`: another configuration than the shipped one, as a function of places
 */
export async function withBalancer(kind, { nodes, spread = false, text = BALANCERS[kind].configuration }, fn) {
  const folder = mkdtempSync(join(tmpdir(), 'balancer-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const file = join(folder, 'configuration');
  writeFileSync(file, text({ port, nodes, folder, spread }));
  const [command, ...args] = BALANCERS[kind].command(file);
  const balancer = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = once(balancer, 'exit');
  let said = '';
  balancer.stderr.setEncoding('utf8').on('data', (line) => (said += line));
  try {
    const failed = gone.then(() => Promise.reject(new Error(`${kind} ended: ${said}`)));
    await Promise.race([listening(port), failed]);
    return await fn(port);
  } finally {
    balancer.kill('SIGTERM');
    await gone.catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A free port of the loopback interface. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Stops when the shipped file no longer has what is to be replaced: a drill of something else would prove nothing. */
function edited(text, edits) {
  return edits.reduce((current, [pattern, replacement]) => {
    if (current.search(pattern) < 0) throw new Error(`The configuration has no ${pattern}`);
    return current.replace(pattern, replacement);
  }, text);
}

/** Replaces the first of the servers by ours, and takes the others away. */
function servers(pattern, nodes, line) {
  let first = true;
  const replacement = (_whole, indent, options) => {
    if (!first) return '';
    first = false;
    return nodes.map((node, index) => `${indent}${line(node, `node-${index + 1}`)}${options}\n`).join('');
  };
  return [[pattern, replacement]];
}

async function listening(port) {
  for (let up = false; !up;) {
    const socket = connect(port, '127.0.0.1');
    up = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (!up) await wait(20);
  }
}
