import type { JobsOptions } from 'bullmq';

/** No tenant id has it, so that two tenants' ids never meet. BullMQ keeps the colon for itself. */
const SEPARATOR = '/';

/** What the envelope of a job is bound to: no job of another name, and no message of another transport, can use it. */
export function jobPurpose(queueName: string, name: string): string {
  return JSON.stringify(['bullmq', queueName, name]);
}

/** An id of the application's, kept apart from the same id of another tenant: BullMQ drops a job whose id is taken. */
export function ownId(tenantId: string, id: string): string {
  return `${tenantId}${SEPARATOR}${id}`;
}

/** Whether an id was made by {@link ownId} for this tenant. */
export function isOwnId(tenantId: string, id: string): boolean {
  return id.startsWith(`${tenantId}${SEPARATOR}`);
}

/** Options of a job with the ids in them made the tenant's own. The options given are not changed. */
export function ownIds<O extends Pick<JobsOptions, 'jobId' | 'deduplication'>>(tenantId: string, options: O): O {
  const { jobId, deduplication } = options;
  return {
    ...options,
    ...(jobId !== undefined && { jobId: ownId(tenantId, jobId) }),
    ...(deduplication !== undefined && {
      deduplication: { ...deduplication, id: ownId(tenantId, deduplication.id) },
    }),
  };
}
