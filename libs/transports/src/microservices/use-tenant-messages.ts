import type { INestMicroservice } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { ApplicationConfig } from '@nestjs/core';
import { MultitenancyExceptionFilter, TenantMessages } from '@tenantry/core';
import { TENANT_ERROR_DETAIL, TenantEntryPoints } from '@tenantry/core/spi';
import type { ErrorDetail } from '@tenantry/core/spi';
import { messageScopeHook } from './message-scope.hook.js';
import { watchProgress } from './message-progress.js';
import { hookBeforeGuards } from './pre-request-hook.js';
import { logRefused } from './refused-message.js';
import { assertTransportPeers } from '../transport-peers.js';
import type { OnRefused } from './refused-message.js';

/** Options of {@link useTenantMessages}. */
export interface TenantMessagesOptions {
  /**
   * Receives every message that was refused before its handler. Default: a refused event is logged at error level, with
   * code and pattern. The answer to the caller, and an acknowledgement that the transport makes by itself, wait for it.
   */
  readonly onRefused?: OnRefused;
}

/** A transport, Nest's own or the application's. */
interface TransportServer {
  getHandlers?(): Map<string, unknown>;
}

/** A microservice as `NestFactory.createMicroservice` and `app.connectMicroservice` give it. */
interface Microservice extends INestMicroservice {
  registerListeners(): void;
  setIsInitialized(isInitialized: boolean): void;
}

/**
 * Gives a microservice its tenants: every message sealed by {@link TenantMessages} (see `tenantClient`) runs in the scope of
 * its tenant, with the same guards and decorators as HTTP.
 *
 * Call it before the microservice listens, for what `NestFactory.createMicroservice` or `app.connectMicroservice` gives; with
 * or without `inheritAppConfig`. Microservices that inherit the application's configuration share hooks: the options of the
 * first call count for those connected later.
 *
 * @returns the same microservice
 * @throws `UnknownElementException` of Nest's when the application does not import `MultitenancyModule`; `MT_PEER_UNSUPPORTED`
 */
export function useTenantMessages<T extends INestMicroservice>(app: T, options: TenantMessagesOptions = {}): T {
  assertTransportPeers('@nestjs/microservices');
  const entryPoints = app.get(TenantEntryPoints);
  entryPoints.prepare();
  watchProgress(app.get(ModulesContainer));
  const hook = messageScopeHook({
    messages: app.get(TenantMessages),
    entryPoints,
    onRefused: options.onRefused ?? logRefused,
  });
  beforeRegistration(app as unknown as Microservice, () => {
    hookBeforeGuards(app, hook);
    if (!answersProblems(app)) app.useGlobalFilters(filterOf(app));
  });
  return app;
}

/** `connectMicroservice` registers handlers at once, with the guards and hooks of that moment; here they are registered again. */
function beforeRegistration(app: Microservice, configure: () => void): void {
  const handlers = serverOf(app)?.getHandlers?.();
  if (handlers === undefined || handlers.size === 0) return configure();
  app.setIsInitialized(false);
  configure();
  handlers.clear();
  app.registerListeners();
  app.setIsInitialized(true);
}

/** Nest 11 has no way to ask for it. */
function serverOf(app: Microservice): TransportServer | undefined {
  const { getTransportServer } = app as { getTransportServer?: () => TransportServer };
  return getTransportServer?.call(app) ?? (Reflect.get(app, 'serverInstance') as TransportServer | undefined);
}

/** Without `inheritAppConfig` a microservice has no filter of the application's. Where that cannot be seen, it is left as it is. */
function answersProblems(app: INestMicroservice): boolean {
  const config = Reflect.get(app, 'applicationConfig') as ApplicationConfig | undefined;
  return config?.getGlobalFilters().some((filter) => filter instanceof MultitenancyExceptionFilter) ?? true;
}

function filterOf(app: INestMicroservice): MultitenancyExceptionFilter {
  return new MultitenancyExceptionFilter(app.get(HttpAdapterHost), app.get<ErrorDetail>(TENANT_ERROR_DETAIL));
}
