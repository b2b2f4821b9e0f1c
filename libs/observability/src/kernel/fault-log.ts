import { Logger } from '@nestjs/common';
import type { Clock } from '@tenantry/core';

const EVERY_MS = 60_000;

/** Logs that telemetry fails, at most once a minute: it may fail with every request. Names the error's class, never its text. */
export class FaultLog {
  readonly #clock: Clock;
  readonly #logger = new Logger('TenantryObservability');
  #loggedAt: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls a function. What it throws is logged and goes no further. */
  guard(what: string, fn: () => void): void {
    try {
      fn();
    } catch (error) {
      this.report(what, error);
    }
  }

  report(what: string, error: unknown): void {
    const now = this.#clock.now();
    if (this.#loggedAt !== undefined && now - this.#loggedAt < EVERY_MS) return;
    this.#loggedAt = now;
    const kind = error instanceof Error ? error.name : typeof error;
    this.#logger.warn(
      `${what} failed with ${kind}; requests are not affected. Check the OpenTelemetry SDK and its exporters.`,
    );
  }
}
