import type { TenantConnection } from './tenant-connection.js';
import type { SocketPlatform } from './socket-platform.js';
import { tenantRoom } from './tenant-room.js';

/** The open sockets of an application, by tenant. Ids are keys without regard to case. */
export class TenantConnections {
  readonly #servers = new Map<object, SocketPlatform>();
  readonly #byTenant = new Map<string, Set<TenantConnection>>();
  readonly #withoutTenant = new Set<TenantConnection>();

  /** Whether there is a server whose sockets are known here. */
  get serving(): boolean {
    return this.#servers.size > 0;
  }

  /** Ids of the tenants with open sockets. */
  tenantIds(): readonly string[] {
    return [...this.#byTenant.keys()];
  }

  /** The open sockets of a tenant, as of now. */
  of(tenantId: string): readonly TenantConnection[] {
    return [...(this.#byTenant.get(tenantId.toLowerCase()) ?? [])];
  }

  /** Notes a server, so that its rooms can be sent to. */
  addServer(server: object, platform: SocketPlatform): void {
    this.#servers.set(server, platform);
  }

  /** Notes an open socket. */
  add(connection: TenantConnection): void {
    const key = connection.tenantId?.toLowerCase();
    if (key === undefined) {
      this.#withoutTenant.add(connection);
      return;
    }
    const siblings = this.#byTenant.get(key) ?? new Set();
    this.#byTenant.set(key, siblings.add(connection));
  }

  /** Removes a socket that has closed, and ends its scopes. Idempotent. */
  remove(connection: TenantConnection): void {
    this.#withoutTenant.delete(connection);
    const key = connection.tenantId?.toLowerCase() ?? '';
    const siblings = this.#byTenant.get(key);
    if (siblings?.delete(connection) === true && siblings.size === 0) this.#byTenant.delete(key);
    connection.end();
  }

  /** Removes all sockets and servers. */
  clear(): void {
    const all = [...this.#withoutTenant, ...[...this.#byTenant.values()].flatMap((each) => [...each])];
    all.forEach((connection) => this.remove(connection));
    this.#servers.clear();
  }

  /** Sends an event to all sockets of a tenant, where socket.io has a cluster adapter on all nodes. */
  broadcast(tenantId: string, event: string, data: unknown): void {
    const clients = this.of(tenantId).map(({ client }) => client);
    for (const platform of new Set(this.#servers.values())) {
      const servers = [...this.#servers].filter(([, its]) => its === platform).map(([server]) => server);
      platform.broadcast(tenantRoom(tenantId), event, data, servers, clients);
    }
  }
}
