import type { DynamicModule } from '@nestjs/common';
import { systemClock } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import type { OpenPglite } from './database/embedded-database.js';
import type { WhenDown } from './database/server-database.js';

/** Injection token of the wall clock: a function that gives milliseconds since 1970. */
export const NOW = Symbol('now');

/** Injection token of the monotonic {@link Clock} of the tenants' clients. */
export const CLOCK = Symbol('clock');

/** What one application can override beside its settings. */
export interface OrchestratorOverrides {
  /** `wait`: start while PostgreSQL is down, live but not ready, until it is back. Default `fail`: end with a message. */
  readonly whenDown?: WhenDown;
  /** Monotonic time and timers of the tenants' clients; for tests. Default: the real ones. */
  readonly clock?: Clock;
  /** Milliseconds since 1970, for tokens; for tests. Default `Date.now`. */
  readonly now?: () => number;
  /** Opens the embedded database, for example from a prepared image. Default: PGlite's own way. */
  readonly openPglite?: OpenPglite;
}

class OverridesModule {}

/** Makes the clocks, or their defaults, available everywhere in one application. */
export function overridesModule({ clock = systemClock, now = Date.now }: OrchestratorOverrides): DynamicModule {
  return {
    module: OverridesModule,
    global: true,
    providers: [
      { provide: CLOCK, useValue: clock },
      { provide: NOW, useValue: now },
    ],
    exports: [CLOCK, NOW],
  };
}
