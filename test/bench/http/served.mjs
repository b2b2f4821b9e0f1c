import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));

/** A set-up that is being served by a process of its own. */
export class Served {
  #process;
  #port;

  constructor(child, port) {
    this.#process = child;
    this.#port = port;
  }

  /** Where it listens, on 127.0.0.1. */
  get port() {
    return this.#port;
  }

  /**
   * Starts a server.
   *
   * @param command what runs Node, with its flags
   * @param address of the set-up
   * @param options handed to the set-up
   */
  static async start(command, address, options) {
    const [program, ...rest] = [...command, SERVER, address, JSON.stringify(options)];
    const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: environment() });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`${address} ended with ${code}`);
    });
    ended.catch(() => undefined);
    const [{ port }] = await Promise.race([once(child, 'message'), ended]);
    return new Served(child, port);
  }

  /** CPU time of the process so far, user and system, garbage collection included, microseconds. */
  async cpuUs() {
    return (await this.#ask('cpu')).cpuUs;
  }

  /** What the process runs while something happens, in the format of V8's CPU profiles. */
  async profile(happening) {
    await this.#ask('profile');
    await happening();
    return (await this.#ask('profile')).profile;
  }

  /** Ends the process. */
  async end() {
    const ended = once(this.#process, 'exit');
    this.#process.send('end');
    await ended;
  }

  async #ask(question) {
    const answer = once(this.#process, 'message');
    this.#process.send(question);
    const [message] = await answer;
    return message;
  }
}

function environment() {
  const { NODE_OPTIONS, ...rest } = process.env;
  return { ...rest, NODE_ENV: 'production' };
}
