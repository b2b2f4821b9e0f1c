import { Agent } from 'node:http';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { tenantIds } from '../http/tenants.mjs';
import { timed } from './requests.mjs';

/*
 * Uses some tenants all the time, each on a connection of its own: `node hot.mjs <port> <number of tenants>`. On each
 * message it reports the latencies since the previous one, in milliseconds.
 */
const PAUSE_MS = 5;
const [, , port, tenants] = process.argv.map(Number);
let latencies = [];

process.on('message', () => {
  process.send(latencies);
  latencies = [];
});
process.on('disconnect', () => process.exit());
for (const id of tenantIds(tenants)) void use(id, new Agent({ keepAlive: true, maxSockets: 1 }));
process.send('ready');

async function use(id, agent) {
  for (;;) {
    latencies.push(await timed(agent, port, id));
    await delay(PAUSE_MS);
  }
}
