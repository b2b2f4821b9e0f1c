/**
 * Name of the socket.io room that every socket of a tenant is in, in each namespace: `tenant:<id>`, the id in lower case.
 * Names that begin so are the library's: never let a client choose the name of a room that its socket joins.
 */
export function tenantRoom(tenantId: string): string {
  return `${ROOM_PREFIX}${tenantId.toLowerCase()}`;
}

/** How the names of such rooms begin. */
export const ROOM_PREFIX = 'tenant:';
