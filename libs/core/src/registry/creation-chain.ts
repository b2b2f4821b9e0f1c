import { AsyncLocalStorage } from 'node:async_hooks';

interface Link {
  readonly registry: object;
  readonly tenantId: string;
  /** Ends with the creation: a client's own timers and sockets outlive it and must not look recursive. */
  running: boolean;
}

const chain = new AsyncLocalStorage<readonly Link[]>();

/** Whether the running code was called, directly or not, by the factory that creates this very client. */
export function isWithinCreation(registry: object, tenantId: string): boolean {
  const links = chain.getStore();
  return links !== undefined && links.some((link) => link.running && link.registry === registry && link.tenantId === tenantId);
}

/**
 * Calls a factory outside of the caller's async context, but with the knowledge of what is being created.
 *
 * @param outside runs a function in the context in which the registry was made
 */
export async function withinCreation<R>(
  outside: <T>(fn: () => T) => T,
  registry: object,
  tenantId: string,
  factory: () => R | Promise<R>,
): Promise<R> {
  const link: Link = { registry, tenantId, running: true };
  const links = [...(chain.getStore() ?? []), link];
  try {
    return await outside(() => chain.run(links, async () => factory()));
  } finally {
    link.running = false;
  }
}
