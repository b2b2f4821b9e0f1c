import { fork } from 'node:child_process';
import { once } from 'node:events';

const SCRIPT = new URL('./node.mjs', import.meta.url);

/** A node that runs in a process of its own. */
class Node {
  #process;

  /**
   * @param options `name`; `port`; `checked`: whether it compares the balancer's word with its own
   */
  constructor(options) {
    this.options = options;
  }

  /** Starts it; settles when it listens. */
  async start() {
    this.#process = fork(SCRIPT, [JSON.stringify(this.options)]);
    const exited = once(this.#process, 'exit').then(([code]) => {
      if (this.#process.connected) throw new Error(`${this.options.name} ended with code ${code}`);
    });
    await Promise.race([once(this.#process, 'message'), exited]);
  }

  /** How many clients it has made, and how often it and the balancer read different tenants. */
  async stats() {
    const answer = once(this.#process, 'message');
    this.#process.send('stats');
    return (await answer)[0];
  }

  /** Kills it. Settles when it is gone. */
  async kill() {
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }
}

/** Runs a function with some nodes, which are gone afterwards. */
export async function withNodes(ports, { checked = true } = {}, fn) {
  const nodes = ports.map((port, index) => new Node({ name: `node-${index + 1}`, port, checked }));
  await Promise.all(nodes.map((node) => node.start()));
  try {
    return await fn(nodes);
  } finally {
    await Promise.all(nodes.map((node) => node.kill()));
  }
}
