import { TenantClientFactoryFaultError } from '../errors/client.errors.js';

const KEPT_CLOSED = 1_000;

/** Every client object of the process that is live or draining, and the registry that it belongs to. One owner for many: a note per client would double what it costs. */
const owners = new WeakMap<object, ClientOwner>();

/**
 * A registry as the owner of client objects. An object is the property of one tenant in one registry from its delivery until it is
 * gone. Text, numbers and frozen data without functions are values: they have no owner.
 */
export class ClientOwner {
  readonly #kind: string;
  /** In two halves, of which the older one is dropped: a set through which every client passes leaves garbage behind. */
  #closed = new WeakSet();
  #closedBefore = new WeakSet();
  #noted = 0;

  constructor(kind: string) {
    this.#kind = kind;
  }

  /**
   * Takes an object, until {@link disownClient}.
   *
   * @throws {@link TenantClientFactoryFaultError} `MT_CLIENT_FACTORY_FAULT` when it is live somewhere, or was closed here
   */
  own(client: unknown, tenantId: string): void {
    this.assertFree(client, tenantId);
    if (isObject(client) && !isFrozenData(client)) owners.set(client, this);
  }

  /** As {@link own}, without the change. */
  assertFree(client: unknown, tenantId: string): void {
    if (!isObject(client)) return;
    const owner = owners.get(client);
    if (owner !== undefined) throw this.#fault(tenantId, `is in use already, as a ${owner.#kind} client`);
    if (this.#closed.has(client) || this.#closedBefore.has(client))
      throw this.#fault(tenantId, 'this registry has closed already');
  }

  /** Records an object whose disposer was called, among the last 1,000 at least. */
  noteClosed(client: object): void {
    this.#noted += 1;
    if (this.#noted % KEPT_CLOSED === 0) [this.#closedBefore, this.#closed] = [this.#closed, new WeakSet()];
    this.#closed.add(client);
  }

  #fault(tenantId: string, where: string): TenantClientFactoryFaultError {
    return new TenantClientFactoryFaultError(this.#kind, tenantId, where);
  }
}

/** Gives a client object up when it is gone. @param closed whether a disposer was called */
export function disownClient(client: unknown, closed: boolean): void {
  const owner = isObject(client) ? owners.get(client) : undefined;
  if (owner === undefined) return;
  owners.delete(client as object);
  if (closed) owner.noteClosed(client as object);
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
