import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { OfApplication } from '@tenantry/core/spi';
import type { FaultLog } from './fault-log.js';

/** The events of one application on the diagnostics channels, which belong to the process. A listener's fault is logged. */
export class ApplicationEvents {
  readonly #applicationId: string;
  readonly #faults: FaultLog;
  readonly #closers: (() => void)[] = [];

  /** @param applicationId `TenantApplication.id` */
  constructor(applicationId: string, faults: FaultLog) {
    this.#applicationId = applicationId;
    this.#faults = faults;
  }

  /** Follows a channel of this library. */
  on<E extends object>(channel: string, listener: (event: E & OfApplication) => void): void {
    this.onAny<E & OfApplication>(channel, (event) => {
      if (event.applicationId === this.#applicationId) listener(event);
    });
  }

  /** Follows a channel whose events do not name an application; the listener chooses. */
  onAny<E extends object>(channel: string, listener: (event: E) => void): void {
    const follow = (message: unknown): void =>
      this.#faults.guard(`A subscriber of ${channel}`, () => listener(message as E));
    subscribe(channel, follow);
    this.#closers.push(() => void unsubscribe(channel, follow));
  }

  /** Unsubscribes from everything. Idempotent. */
  close(): void {
    for (const close of this.#closers.splice(0)) close();
  }
}
