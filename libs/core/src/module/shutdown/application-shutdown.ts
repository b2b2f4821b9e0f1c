import { manyListeners } from '../../kernel/many-listeners.js';
import type { Server } from 'node:net';
import type { BeforeApplicationShutdown, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { ShutdownSignals } from '../../context/shutdown-signals.js';
import type { Clock, Timer } from '../../kernel/clock.js';
import type { TenantClientRegistries } from '../../clients/tenant-client-registries.js';
import { ServerConnections } from './server-connections.js';
import type { ResolvedShutdown } from './shutdown-options.js';

/** What the shutdown works with. */
export interface ApplicationShutdownParts {
  readonly options: ResolvedShutdown;
  readonly clock: Clock;
  readonly host: HttpAdapterHost;
  readonly kinds: TenantClientRegistries;
}

/** How long work may take to end after the signals of its scopes have fired, before its clients are disposed. */
const ABORT_GRACE_MS = 1_000;

/**
 * Bounds the shutdown of an application in time, whatever its peers and jobs do. Connections whose request has not arrived are
 * closed first; at the deadline the rest, and {@link deadline} fires; then the clients are disposed.
 */
export class ApplicationShutdown
  extends ShutdownSignals
  implements OnModuleInit, OnModuleDestroy, BeforeApplicationShutdown
{
  readonly #parts: ApplicationShutdownParts;
  readonly #connections = new ServerConnections();
  readonly #begun = new AbortController();
  readonly #deadline = new AbortController();
  #timers: readonly Timer[] = [];
  #endsAt = Infinity;

  constructor(parts: ApplicationShutdownParts) {
    super();
    this.#parts = parts;
    manyListeners(this.#begun.signal);
    manyListeners(this.#deadline.signal);
  }

  override get begun(): AbortSignal {
    return this.#begun.signal;
  }

  override get deadline(): AbortSignal {
    return this.#deadline.signal;
  }

  /** Nothing listens yet. */
  onModuleInit(): void {
    const server = this.#parts.host.httpAdapter?.getHttpServer() as Server | undefined;
    if (server !== undefined) this.#connections.watch(server);
  }

  /** The first hook of a shutdown. Time counts from here. */
  onModuleDestroy(): void {
    if (this.#begun.signal.aborted) return;
    const { clock, options } = this.#parts;
    this.#endsAt = clock.now() + options.deadlineMs;
    this.#timers = [
      clock.setTimer(() => this.#connections.closeIncomplete(), options.incompleteRequestsMs),
      clock.setTimer(() => this.#pass(), options.deadlineMs),
    ];
    this.#begun.abort(new Error('The application is shutting down.'));
  }

  /** The server closes next. */
  beforeApplicationShutdown(): void {
    this.#connections.keepNoneAlive();
  }

  /** Closes every registry: waits for leases until shortly after the deadline. Work that is still open then is aborted. */
  async closeClients(): Promise<void> {
    const { clock, options } = this.#parts;
    const leftMs = Math.max(0, Math.min(options.deadlineMs, this.#endsAt - clock.now()));
    const deadlineMs = leftMs + ABORT_GRACE_MS;
    await Promise.all(this.#parts.kinds.all().map((registry) => registry.close({ deadlineMs })));
    for (const timer of this.#timers) timer.clear();
    this.#deadline.abort(new Error('The application has shut down.'));
  }

  #pass(): void {
    this.#deadline.abort(new Error('The time for the shutdown is over.'));
    this.#connections.closeAll();
  }
}
