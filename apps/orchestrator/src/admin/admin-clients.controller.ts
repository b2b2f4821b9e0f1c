import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { InjectTenantClientRegistry, SuperTenantOnly, TenantClientRegistry } from '@tenantry/core';
import type { ClientSnapshot, RegistryStats } from '@tenantry/core';
import { z } from 'zod';
import { CLOUD_CLIENT } from '../cloud/cloud-client.factory.js';
import type { CloudClient } from '../cloud/cloud-client.js';
import { ApiProblems } from '../http/api-problems.decorator.js';

/** Entries that one answer holds at most. */
const MAX_ENTRIES = 1_000;

const clientsSchema = z.object({
  name: z.string(),
  stats: z.record(z.string(), z.unknown()),
  entries: z.array(
    z.object({
      tenantId: z.string(),
      state: z.enum(['ready', 'creating']),
      leases: z.int(),
      pinned: z.boolean(),
      idleMs: z.number(),
      ageMs: z.number(),
      weight: z.number(),
    }),
  ),
});

/** What the registry of cloud clients holds. */
export interface ClientsReport {
  /** The client kind. */
  readonly name: string;
  readonly stats: RegistryStats;
  /** 1,000 at most; `stats.size` counts them all. */
  readonly entries: readonly ClientSnapshot[];
}

/** The operator's view of the live clients. */
@ApiTags('admin')
@ApiBearerAuth()
@ApiProblems(401, 403)
@SuperTenantOnly()
@Controller('admin/clients')
export class AdminClientsController {
  readonly #clients: TenantClientRegistry<CloudClient>;

  constructor(@InjectTenantClientRegistry(CLOUD_CLIENT) clients: TenantClientRegistry<CloudClient>) {
    this.#clients = clients;
  }

  /** Gives statistics and entries. Looking does not count as use. */
  @Get()
  @ApiOperation({ summary: 'Live cloud clients' })
  @ApiOkResponse({ standardSchema: clientsSchema })
  report(): ClientsReport {
    const entries: ClientSnapshot[] = [];
    for (const entry of this.#clients.entries()) {
      if (entries.push(entry) === MAX_ENTRIES) break;
    }
    return { name: CLOUD_CLIENT, stats: this.#clients.stats(), entries };
  }
}
