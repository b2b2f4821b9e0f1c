import type { TenantOperation } from '@tenantry/lifecycle';
import { z } from 'zod';
import { newTenantSchema, tenantSchema } from './admin-tenants.schemas.js';

/** An operation as the operator sees it. */
export const operationSchema = z.object({
  id: z.uuid(),
  kind: z.enum(['create', 'activate', 'suspend', 'rename', 'update', 'delete']),
  tenantId: z.string(),
  state: z.enum(['running', 'done', 'failed', 'compensating']),
  step: z.string(),
  finished: z.array(z.string()),
  attempts: z.int(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  tenant: tenantSchema,
});

/** {@link operationSchema} as it leaves. */
export type OperationAnswer = Pick<TenantOperation, keyof z.output<typeof operationSchema>>;

/** Body that resumes an operation: what the creation had, where the hooks still need it. */
export const resumeSchema = newTenantSchema.pick({ admin: true, cloudAccount: true }).partial().default({});

/** {@link resumeSchema} once checked. */
export type ResumeRequest = z.output<typeof resumeSchema>;
