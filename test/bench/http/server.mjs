import { Session } from 'node:inspector/promises';
import process from 'node:process';

/*
 * Serves one set-up: `node server.mjs <address of the set-up> <options as JSON>`. Sends its parent the port, and then
 * follows its commands:
 *
 *   cpu      sends the CPU time of this process so far, in microseconds
 *   profile  begins to sample what runs; the second time it sends the profile
 *   end      ends
 */
const SAMPLE_EVERY_US = 200;

const [, , address, options] = process.argv;
const { create } = await import(address);
const app = await create(JSON.parse(options));
await app.listen(0, '127.0.0.1');
let profiler = null;

process.on('message', (message) => void answer(message));
process.on('disconnect', () => process.exit());
process.send({ port: app.getHttpServer().address().port });

async function answer(message) {
  if (message === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send({ cpuUs: user + system });
  } else if (message === 'profile') process.send(await (profiler === null ? beginProfile() : endProfile()));
  else process.exit();
}

async function beginProfile() {
  profiler = new Session();
  profiler.connect();
  await profiler.post('Profiler.enable');
  await profiler.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
  await profiler.post('Profiler.start');
  return {};
}

function endProfile() {
  return profiler.post('Profiler.stop');
}
