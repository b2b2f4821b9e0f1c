import type { IncomingMessage } from 'node:http';
import type { WebSocketAdapter, WsMessageHandler } from '@nestjs/common';
import { TenantContextMissingError } from '@tenantry/core';
import { rejectedOutcome } from '@tenantry/core/spi';
import type { MultitenancyError, ResolutionOutcome } from '@tenantry/core';
import type { HttpHandshake, TenantScopes } from '@tenantry/core/spi';
import type { Observable } from 'rxjs';
import { handshakeRefusal } from './handshake-refusal.js';
import { ioPlatform, isIoServer } from './io-platform.js';
import { messageInScope } from './message-in-scope.js';
import type { ConnectionArgs, SocketPlatform } from './socket-platform.js';
import type { SocketProblem } from './socket-problem.js';
import { TenantConnection } from './tenant-connection.js';
import type { TenantConnections } from './tenant-connections.js';
import type { TenantRecheck } from './tenant-recheck.js';
import { tenantRoom } from './tenant-room.js';
import { wsPlatform } from './ws-platform.js';

type Callback = (...args: unknown[]) => void;

/** What the adapter works with. */
export interface TenantSocketParts {
  readonly base: WebSocketAdapter;
  readonly handshake: HttpHandshake;
  readonly scopes: TenantScopes;
  readonly connections: TenantConnections;
  readonly recheck: TenantRecheck;
  readonly requireTenant: boolean;
  /** What a client receives for an error. */
  readonly problemOf: (error: MultitenancyError) => SocketProblem;
}

/**
 * Gives tenants to the gateways of another adapter, which does all the rest. Gateways that share a server are notified of a
 * client one after the other in the same turn: Nest treats a client that it sees again after another as a new one.
 */
export class TenantSocketAdapter implements WebSocketAdapter<object, object> {
  readonly #parts: TenantSocketParts;
  readonly #gateways = new Map<object, Callback[]>();
  readonly #admitted = new WeakMap<object, ResolutionOutcome>();
  readonly #open = new WeakMap<object, TenantConnection>();
  readonly #farewells = new WeakMap<object, Callback[]>();

  constructor(parts: TenantSocketParts) {
    this.#parts = parts;
  }

  /** Set by Nest, and meant for the adapter that does the work. */
  set forceCloseConnections(value: boolean) {
    Reflect.set(this.#parts.base, 'forceCloseConnections', value);
  }

  create(port: number, options?: unknown): object {
    this.#parts.recheck.start();
    return this.#parts.base.create(port, options) as object;
  }

  bindClientConnect(server: object, callback: Callback): void {
    const known = this.#gateways.get(server);
    if (known !== undefined) {
      known.push(callback);
      return;
    }
    const platform = isIoServer(server) ? ioPlatform : wsPlatform;
    this.#gateways.set(server, [callback]);
    this.#parts.connections.addServer(server, platform);
    platform.serve(server, this.#parts.base, {
      admit: async (client, request) => this.#admit(client, request),
      connect: (args) => this.#connect(server, platform, args),
    });
  }

  bindClientDisconnect(client: object, callback: Callback): void {
    const known = this.#farewells.get(client);
    if (known !== undefined) {
      known.push(callback);
      return;
    }
    const callbacks = [callback];
    this.#farewells.set(client, callbacks);
    const farewell = (...args: unknown[]): void => callbacks.forEach((each) => each(...args));
    const connection = this.#open.get(client);
    this.#parts.base.bindClientDisconnect?.(client, (...args: unknown[]) =>
      connection === undefined ? farewell(...args) : connection.run(() => farewell(...args)),
    );
  }

  /** A client that came past the handshake keeps handlers without a scope: the guard refuses its messages. */
  bindMessageHandlers(
    client: object,
    handlers: WsMessageHandler[],
    transform: (data: unknown) => Observable<unknown>,
  ): void {
    const connection = this.#open.get(client);
    const scoped = connection === undefined ? handlers : handlers.map((handler) => messageInScope(connection, handler));
    this.#parts.base.bindMessageHandlers(client, scoped, transform);
  }

  closeClient(client: object): void {
    this.#parts.base.closeClient?.(client);
  }

  async close(server: object): Promise<void> {
    this.#parts.recheck.stop();
    await this.#parts.base.close(server);
  }

  /** Called by Nest when all servers have closed. */
  async dispose(): Promise<void> {
    this.#parts.recheck.stop();
    const base = this.#parts.base as WebSocketAdapter & { dispose?(): unknown };
    await base.dispose?.();
    this.#parts.connections.clear();
  }

  async #admit(client: object, request: IncomingMessage): Promise<SocketProblem | null> {
    const outcome = await this.#parts.handshake.resolve(request).catch(rejectedOutcome);
    const refusal = handshakeRefusal(outcome, this.#parts.requireTenant);
    if (refusal !== null) return this.#parts.problemOf(refusal);
    this.#admitted.set(client, outcome);
    return null;
  }

  #connect(server: object, platform: SocketPlatform, args: ConnectionArgs): void {
    const [client] = args;
    const handshake = this.#admitted.get(client);
    if (handshake === undefined) {
      platform.refuse(
        client,
        this.#parts.problemOf(new TenantContextMissingError('the socket opened past its handshake')),
      );
      return;
    }
    const { connections, scopes, problemOf } = this.#parts;
    const connection = new TenantConnection({ client, platform, scopes, problemOf, handshake });
    this.#open.set(client, connection);
    connections.add(connection);
    platform.join(client, connection.tenantId === undefined ? null : tenantRoom(connection.tenantId));
    platform.onceGone(client, () => connections.remove(connection));
    connection.run(() => this.#gateways.get(server)?.forEach((callback) => callback(...args)));
  }
}
