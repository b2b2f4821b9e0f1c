import { Worker } from 'node:worker_threads';
import { outsideScopes } from '@tenantry/core/spi';
import type { Clock } from '@tenantry/core';
import { deferred } from '../kernel/deferred.js';
import type { ServiceLimits } from '../kernel/service-limits.js';
import type { FromThread, ThreadData, ToThread } from '../thread/messages.js';
import { Instance } from './instance.js';
import type { InstanceThread } from './instance.js';
import { threadCpuMs } from './thread-cpu.js';
import { engineFile, threadFile } from './thread-file.js';
import { Watchdog } from './watchdog.js';

/** Heap of a thread in MB, outside of its instances: for messages. */
const HEAP_MB = 256;
/** As in the guest: a module may use more CPU time than a turn while it loads. */
const LOAD_TURNS = 4;

/** A worker thread, its instances, and the watchdog over it. */
export class EngineThread implements InstanceThread {
  readonly #worker: Worker;
  readonly #ready = deferred<void>();
  readonly #ended = deferred<void>();
  readonly #watchdog: Watchdog;
  readonly #instances = new Map<number, Instance>();
  readonly #onOther: (message: FromThread) => void;
  #number: number | undefined;
  #culprit: number | undefined;
  #isEnded = false;
  #lastInstance = 0;

  /** @param onOther gets the messages that are about no instance */
  constructor(clock: Clock, onOther: (message: FromThread) => void = () => undefined) {
    const turns = new SharedArrayBuffer(8);
    this.#onOther = onOther;
    this.#worker = outsideScopes(() => startWorker({ wasmFile: engineFile(), turns }));
    this.#watchdog = new Watchdog(turns, clock, {
      limitMsOf: (instance) => this.#limitMsOf(instance),
      cpuMs: () => (this.#number === undefined ? undefined : threadCpuMs(this.#number)),
      overrun: (instance) => this.#overrun(instance),
    });
    this.#worker.on('message', (message: FromThread) => this.#handle(message));
    this.#worker.on('error', (error) => this.#ready.reject(error));
    this.#worker.on('exit', () => this.#exited());
    this.#ready.promise.catch(() => undefined);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Resolves when the thread works. Rejects where it cannot start. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** How many instances it has. */
  get size(): number {
    return this.#instances.size;
  }

  add(limits: ServiceLimits): Instance {
    const instance = new Instance(++this.#lastInstance, limits, this);
    this.#instances.set(instance.id, instance);
    return instance;
  }

  /** Stands for the work of the thread itself, from now until the thread ends. */
  watchItself(limits: ServiceLimits): Instance {
    const instance = new Instance(0, limits, this);
    this.#instances.set(0, instance);
    return instance;
  }

  post(message: ToThread): void {
    if (!this.#isEnded) this.#worker.postMessage(message);
  }

  busy(): void {
    this.#watchdog.busy();
  }

  idle(): void {
    this.#watchdog.idle();
  }

  remove(instance: number): void {
    this.#instances.delete(instance);
  }

  /** Ends the thread; resolves when it has ended. Requests of its instances are interrupted. */
  async end(): Promise<void> {
    this.#close();
    await this.#worker.terminate();
    await this.#ended.promise;
  }

  #limitMsOf(instance: number): number {
    const limits = this.#instances.get(instance)?.limits;
    if (limits === undefined) return 0;
    const isLoading = instance === 0 || this.#instances.get(instance)?.isLoading === true;
    return limits.turnCpuMs * (isLoading ? LOAD_TURNS : 1) + limits.graceMs;
  }

  #overrun(instance: number): void {
    this.#culprit = instance;
    void this.end();
  }

  #exited(): void {
    this.#culprit ??= this.#watchdog.running;
    this.#close();
    this.#ready.reject(new Error('The thread has ended.'));
    this.#ended.resolve();
  }

  #close(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#watchdog.stop();
    for (const instance of [...this.#instances.values()]) instance.threadEnded(instance.id === this.#culprit);
  }

  #started(number: number | undefined): void {
    this.#number = number;
    this.#ready.resolve();
  }

  #handle(message: FromThread): void {
    if (message.type === 'ready') this.#started(message.thread);
    else if ('instance' in message) this.#instances.get(message.instance)?.handle(message);
    else this.#onOther(message);
  }
}

/** Without environment, arguments and streams of this process. It keeps the process alive for no longer than it is asked. */
function startWorker(data: ThreadData): Worker {
  const worker = new Worker(threadFile(), {
    workerData: data,
    env: {},
    argv: [],
    execArgv: [],
    stdout: true,
    stderr: true,
    name: 'tenantry-services',
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  worker.unref();
  return worker;
}
