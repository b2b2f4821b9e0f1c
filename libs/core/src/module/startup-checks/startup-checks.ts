import type { EventEmitter } from 'node:events';
import { Logger } from '@nestjs/common';
import { unreachablePathResolvers } from './unreachable-path-resolvers.js';
import type { DiagnosedApplication, Finding } from './checked-application.js';
import { doubledResolvers } from './duplicate-resolvers.js';
import { trustsNoProxy, watchForwarded } from './forwarded-watch.js';
import { requestScopedUsers } from './request-scoped-users.js';
import { assertSetUp } from './setup-faults.js';
import { sharedCaches } from './shared-caches.js';
import { uncheckedPrincipals } from './unchecked-principals.js';
import { unguardedRoutes } from './unguarded-routes.js';

const FINDINGS: readonly Finding[] = [
  unguardedRoutes,
  uncheckedPrincipals,
  sharedCaches,
  unreachablePathResolvers,
  doubledResolvers,
  requestScopedUsers,
];

/** Checks an application while it starts, for invalid set-ups and likely mistakes. */
export class StartupChecks {
  readonly #application: DiagnosedApplication;
  readonly #warns: boolean;
  readonly #logger = new Logger('Multitenancy');

  /** @param level `off`: no warnings; an invalid set-up stops the start all the same */
  constructor(application: DiagnosedApplication, level: 'warn' | 'off') {
    this.#application = application;
    this.#warns = level === 'warn';
  }

  /** To be called when every provider is there. @throws `MT_OPTIONS_INVALID` for an invalid set-up */
  stopOnFaults(): void {
    this.#application.kinds.assertDependencies();
    assertSetUp(this.#application);
  }

  /** Warns of what it finds, one line each. To be called when every route is registered. */
  warn(): void {
    if (!this.#warns) return;
    for (const line of FINDINGS.flatMap((find) => find(this.#application))) this.#logger.warn(line);
    this.#watchProxies();
  }

  #watchProxies(): void {
    const { resolvers, adapterHost } = this.#application;
    const server = adapterHost.httpAdapter?.getHttpServer() as EventEmitter | undefined;
    if (server === undefined || !trustsNoProxy(resolvers)) return;
    watchForwarded(server, (line) => this.#logger.warn(line));
  }
}
