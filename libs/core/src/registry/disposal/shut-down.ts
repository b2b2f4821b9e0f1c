import type { RegistryParts } from '../registry-parts.js';
import type { CloseReport } from '../registry-types.js';

/**
 * Aborts what is being created, waits for leases, disposes every client. Past the deadline, what is still in use is
 * disposed all the same.
 *
 * @param deadlineMs milliseconds for the leases
 * @param reason what callers that wait for a client get
 */
export async function shutDown<TClient, TOptions>(
  parts: RegistryParts<TClient, TOptions>,
  deadlineMs: number,
  reason: Error,
): Promise<CloseReport> {
  const { options, events, creations, roster, retirements, builder, cleanUp } = parts;
  const forced: string[] = [];
  let disposed = 0;
  const off = events.on('disposed', (event) => {
    disposed += 1;
    if (event.forced) forced.push(event.tenantId);
  });
  const deadline = options.clock.setTimer(() => retirements.force(), deadlineMs);
  for (const entry of roster.all()) void roster.detach(entry, 'shutdown', deadlineMs);
  creations.abortAll(reason);
  await Promise.all([retirements.settled(), builder.settled(), cleanUp.settled()]);
  deadline.clear();
  off();
  return { disposed, forced };
}
