import type { INestApplication, WebSocketAdapter } from '@nestjs/common';
import { HttpHandshake, TENANT_ERROR_DETAIL, TenantEntryPoints, TenantScopes } from '@tenantry/core/spi';
import type { MultitenancyError } from '@tenantry/core';
import type { ErrorDetail } from '@tenantry/core/spi';
import { assertTransportPeers } from '../transport-peers.js';
import { socketProblem } from './socket-problem.js';
import type { SocketProblem } from './socket-problem.js';
import { TenantConnections } from './tenant-connections.js';
import { TenantRecheck } from './tenant-recheck.js';
import { TenantSocketAdapter } from './tenant-socket.adapter.js';
import { resolveTenantSocketsOptions } from './tenant-sockets-options.js';
import type { TenantSocketsOptions } from './tenant-sockets-options.js';

const DEFAULT_PLATFORM = '@nestjs/platform-socket.io';

/**
 * Gives the application's WebSocket gateways their tenants. Call it in `main.ts` before `listen`, in place of
 * `useWebSocketAdapter`.
 *
 * The resolvers read the tenant from the handshake, once; it holds for the life of the socket. Each message runs in a
 * scope of its own, after the tenant has been checked again.
 *
 * @param adapter does the work: `new WsAdapter(app)`, `new IoAdapter(app)` or your own on top of `ws` or socket.io.
 *   Default: Nest's own default, the `IoAdapter` of `@nestjs/platform-socket.io`
 * @throws `MT_OPTIONS_INVALID`, `MT_PEER_UNSUPPORTED`
 */
export async function useTenantSockets(
  app: INestApplication,
  adapter?: WebSocketAdapter,
  options: TenantSocketsOptions = {},
): Promise<void> {
  assertTransportPeers('@nestjs/websockets', ...(adapter === undefined ? [DEFAULT_PLATFORM] : []));
  const { requireTenant, recheckMs, clock } = resolveTenantSocketsOptions(options);
  app.get(TenantEntryPoints, { strict: false }).prepare();
  const base = adapter ?? (await defaultAdapter(app));
  const scopes = app.get(TenantScopes, { strict: false });
  const handshake = app.get(HttpHandshake, { strict: false });
  const connections = connectionsOf(app);
  const recheck = new TenantRecheck(connections, scopes, clock, recheckMs);
  const errorDetail = app.get<ErrorDetail>(TENANT_ERROR_DETAIL, { strict: false });
  const problemOf = (error: MultitenancyError): SocketProblem => socketProblem(error, errorDetail);
  app.useWebSocketAdapter(
    new TenantSocketAdapter({
      base,
      handshake,
      scopes,
      connections,
      recheck,
      requireTenant,
      problemOf,
    }) as WebSocketAdapter,
  );
}

async function defaultAdapter(app: INestApplication): Promise<WebSocketAdapter> {
  const { IoAdapter } = await import('@nestjs/platform-socket.io');
  return new IoAdapter(app);
}

/** Those that `TenantSockets` sends to, where the application imports its module. */
function connectionsOf(app: INestApplication): TenantConnections {
  try {
    return app.get(TenantConnections, { strict: false });
  } catch {
    return new TenantConnections();
  }
}
