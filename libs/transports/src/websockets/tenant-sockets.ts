import { Injectable } from '@nestjs/common';
import { TenantContext, TenantContextMissingError, tenantId } from '@tenantry/core';
import { TenantConnections } from './tenant-connections.js';

/** The open sockets of one tenant. */
export interface TenantAudience {
  /** How many sockets this process holds. */
  readonly size: number;
  /** The sockets that this process holds, as the gateways know them. Ask again for each use; they come and go. */
  readonly clients: readonly object[];
  /**
   * Sends an event to all of them. On socket.io through the room of the tenant in each namespace with a gateway, so
   * that a cluster adapter carries it to the other nodes; on `ws` to the sockets of this process.
   */
  emit(event: string, data: unknown): void;
}

/** Sends to the sockets of one tenant only. Injectable with {@link TenantSocketsModule}. */
@Injectable()
export class TenantSockets {
  readonly #context: TenantContext;
  readonly #connections: TenantConnections;

  constructor(context: TenantContext, connections: TenantConnections) {
    this.#context = context;
    this.#connections = connections;
  }

  /**
   * The sockets of the tenant that the running code works for.
   *
   * @throws `MT_CONTEXT_MISSING` outside of any scope and before the gateways listen; what is wrong with the tenant
   */
  get current(): TenantAudience {
    return this.of(this.#context.tenant.id);
  }

  /**
   * The sockets of a tenant. For the operator's own code: what a client sent must not choose the tenant.
   *
   * @param id id of the tenant (without regard to case)
   * @throws `MT_TENANT_IDENTIFIER_INVALID`; `MT_CONTEXT_MISSING` before the gateways listen
   */
  of(id: string): TenantAudience {
    const connections = this.#connections;
    const known = tenantId(id);
    if (!connections.serving) throw new TenantContextMissingError('no gateway listens through useTenantSockets()');
    const clients = connections.of(known).map(({ client }) => client);
    return {
      clients,
      size: clients.length,
      emit: (event, data) => connections.broadcast(known, event, data),
    };
  }
}
