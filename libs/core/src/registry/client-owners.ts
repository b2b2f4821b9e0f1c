import { TenantClientFactoryFaultError } from '../errors/client.errors.js';

/** Who a client object belongs to. */
interface Owner {
  /** Stands for the registry. */
  readonly registry: object;
  readonly kind: string;
  readonly tenantId: string;
  /** Whether its disposer has been called. */
  closed: boolean;
}

/** Every client object of the process that is live or draining, of whatever registry, and those that were closed. */
const owners = new WeakMap<object, Owner>();

/**
 * Makes a client object the property of one tenant in one registry, until {@link disownClient}. Text, numbers and frozen data
 * without functions are values: they have no owner.
 *
 * @throws {@link TenantClientFactoryFaultError} `MT_CLIENT_FACTORY_FAULT` when it is live elsewhere, or was closed by the same registry
 */
export function ownClient(client: unknown, owner: Omit<Owner, 'closed'>): void {
  assertUnowned(client, owner);
  if (isObject(client) && !isFrozenData(client)) owners.set(client, { ...owner, closed: false });
}

/** As {@link ownClient}, without the change. */
export function assertUnowned(client: unknown, { registry, kind, tenantId }: Omit<Owner, 'closed'>): void {
  const present = isObject(client) ? owners.get(client) : undefined;
  if (present === undefined || (present.closed && present.registry !== registry)) return;
  const sameTenant = present.tenantId === tenantId;
  const where = present.closed
    ? 'the registry has closed already'
    : `is in use as the ${present.kind} client of ${sameTenant ? 'this' : 'another'} tenant`;
  throw new TenantClientFactoryFaultError(kind, tenantId, where);
}

/** Gives a client object up when it is gone. @param closed whether a disposer was called */
export function disownClient(client: unknown, closed: boolean): void {
  const owner = isObject(client) ? owners.get(client) : undefined;
  if (owner === undefined) return;
  if (closed) owner.closed = true;
  else owners.delete(client as object);
}

function isObject(client: unknown): client is object {
  return (typeof client === 'object' && client !== null) || typeof client === 'function';
}

/** Plain objects and arrays, frozen all the way down, of text, numbers and the like: nothing in them can be closed or changed. */
function isFrozenData(value: object): boolean {
  if (typeof value === 'function' || !Object.isFrozen(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((item) => !isObject(item) || isFrozenData(item));
}
