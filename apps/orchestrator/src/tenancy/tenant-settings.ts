import type { JsonObject } from '@tenantry/core';
import { z } from 'zod';

/** What a tenant may set about itself, with the defaults filled in. Checked when it is written. */
export const orchestratorSettingsSchema = z.strictObject({
  /** Projects that the tenant may have, 0 to 100,000. Default 1,000. */
  maxProjects: z.int('a whole number').min(0, '0 or more').max(100_000, '100000 at most'),
});

/** {@link orchestratorSettingsSchema} once checked. */
export type OrchestratorSettings = z.output<typeof orchestratorSettingsSchema>;

/** What holds for tenants that have not chosen. */
export const DEFAULT_TENANT_SETTINGS: JsonObject & OrchestratorSettings = { maxProjects: 1_000 };
