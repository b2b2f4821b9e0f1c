import { channel } from 'node:diagnostics_channel';
import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import {
  fromHeader,
  fromPath,
  getTenantClientRegistryToken,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TENANT_AUDIT_CHANNEL,
} from '@tenantry/core';
import type {
  MultitenancyOptions,
  Tenant,
  TenantAuditEvent,
  TenantClientRegistry,
  TenantClientFeature,
  TenantStatus,
} from '@tenantry/core';
import type { PublishedAuditEvent } from '@tenantry/core/spi';

/** A client that knows whose it is, with private state, as real ones have. */
export class DbClient {
  readonly #tenantId: string;
  closed = false;

  constructor(tenantId: string) {
    this.#tenantId = tenantId;
  }

  async whose(): Promise<string> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.#tenantId;
  }
}

/** Tenants foo and bar; can be out of order, and can pretend a status that no transition leads to. */
export class FaultyCatalog extends InMemoryTenantCatalog {
  outage = false;
  readonly pretended = new Map<string, TenantStatus>();

  constructor() {
    super([
      { id: 'foo', domain: 'foo.com' },
      { id: 'bar', domain: 'bar.com' },
    ]);
  }

  override peekByIdentifier(identifier: string): Tenant | null {
    if (this.outage) throw new Error('connection refused');
    const tenant = super.peekByIdentifier(identifier);
    const status = tenant === null ? undefined : this.pretended.get(tenant.id);
    return tenant === null || status === undefined ? tenant : { ...tenant, status };
  }

  override async findById(id: string): Promise<Tenant | null> {
    return this.peekByIdentifier(id.toLowerCase());
  }
}

/** The library with a client kind `db`; what a spec wants otherwise it says. */
export function tenantModules(
  catalog: FaultyCatalog,
  options: Partial<MultitenancyOptions> = {},
  feature: Partial<TenantClientFeature<DbClient>> = {},
): DynamicModule[] {
  return [
    MultitenancyModule.forRoot({
      catalog,
      resolvers: [fromPath(), fromHeader({ name: 'x-tenant', trustedProxies: ['127.0.0.1'] })],
      ...options,
    }),
    MultitenancyModule.forFeature<DbClient>({
      name: 'db',
      create: (tenant) => new DbClient(tenant.id),
      dispose: (client) => void (client.closed = true),
      ...feature,
    }),
  ];
}

/** The registry of kind `db`. */
export function registryOf(app: INestApplicationContext): TenantClientRegistry<DbClient> {
  return app.get<TenantClientRegistry<DbClient>>(getTenantClientRegistryToken('db'), { strict: false });
}

/** Clients of kind `db` in use. */
export function leasesOf(app: INestApplicationContext): number {
  return registryOf(app).stats().leases;
}

/** Records the audit channel until it is stopped. */
export class AuditRecorder {
  readonly events: TenantAuditEvent[] = [];
  /** The applications that the events name. */
  readonly applicationIds = new Set<string | undefined>();
  readonly #record = (event: unknown): void => {
    const { applicationId, ...rest } = event as PublishedAuditEvent;
    this.applicationIds.add(applicationId);
    this.events.push(rest);
  };

  constructor() {
    channel(TENANT_AUDIT_CHANNEL).subscribe(this.#record);
  }

  stop(): void {
    channel(TENANT_AUDIT_CHANNEL).unsubscribe(this.#record);
  }
}

/** A door that a test opens when it likes. */
export class Door {
  #open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.#open = resolve));

  open(): void {
    this.#open();
  }
}
