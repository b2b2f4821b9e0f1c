import { parentPort, workerData } from 'node:worker_threads';
import { Guests } from './guests.js';
import type { FromThread, ThreadData, ToThread } from './messages.js';
import { threadNumber } from './thread-time.js';
import { TurnClock } from './turn-clock.js';
import { compileEngine } from './virtual-machine.js';

/** What a worker thread of the engine runs. */
async function main(port: NonNullable<typeof parentPort>, { wasmFile, turns }: ThreadData): Promise<void> {
  const send = (message: FromThread): void => port.postMessage(message);
  const guests = new Guests(await compileEngine(wasmFile), new TurnClock(turns), send);
  port.on('message', (message: ToThread) => void guests.handle(message));
  const thread = threadNumber();
  send({ type: 'ready', ...(thread !== undefined && { thread }) });
}

if (parentPort !== null) void main(parentPort, workerData as ThreadData);
