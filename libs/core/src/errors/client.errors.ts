import { MultitenancyError } from './multitenancy.error.js';
import { quote } from './quote.js';

/** The factory of a client kind threw or gave no client (503). Waiters share it; its `cause` is the factory's error. */
export class TenantClientCreateFailedError extends MultitenancyError {
  constructor(kind: string, tenantId: string, cause: unknown, retryAfterMs: number) {
    super(
      'MT_CLIENT_CREATE_FAILED',
      `The ${quote(kind)} client of tenant ${quote(tenantId)} could not be created. See \`cause\`; the next attempt is in ${Math.ceil(retryAfterMs)} ms.`,
      { tenantId, cause, retryAfterMs },
    );
  }
}

/** A client was not there within its deadline (503): the factory took too long, or the caller's timeout passed. */
export class TenantClientCreateTimeoutError extends MultitenancyError {
  constructor(kind: string, tenantId: string, afterMs: number, retryAfterMs?: number) {
    super(
      'MT_CLIENT_CREATE_TIMEOUT',
      `The ${quote(kind)} client of tenant ${quote(tenantId)} was not ready after ${afterMs} ms. Check what its factory waits for, or raise createTimeoutMs or acquireTimeoutMs.`,
      { tenantId, retryAfterMs },
    );
  }
}

const MORE_CAPACITY = 'Raise maxClients or maxWeight, or spread tenants over more nodes.';

/** The registry is full of clients in use and waiting did not help (503). */
export class RegistryCapacityError extends MultitenancyError {
  constructor(kind: string, tenantId: string, why: string, remedy: string = MORE_CAPACITY) {
    super(
      'MT_REGISTRY_CAPACITY',
      `The registry of ${quote(kind)} clients has no capacity for tenant ${quote(tenantId)}: ${why}. ${remedy}`,
      { tenantId },
    );
  }
}

/** The registry is closed or closing (503). */
export class RegistryClosedError extends MultitenancyError {
  constructor(kind: string) {
    super('MT_REGISTRY_CLOSED', `The registry of ${quote(kind)} clients is closed: the application is shutting down.`);
  }
}

/** `getOrThrow` found no client. */
export class TenantClientNotFoundError extends MultitenancyError {
  constructor(kind: string, tenantId: string) {
    super(
      'MT_CLIENT_NOT_FOUND',
      `There is no ${quote(kind)} client of tenant ${quote(tenantId)}. Use acquire() to have it created, or add() one first.`,
      { tenantId },
    );
  }
}

/** A client is there already and the caller did not say what to do with it. */
export class TenantClientExistsError extends MultitenancyError {
  constructor(kind: string, tenantId: string) {
    super(
      'MT_CLIENT_EXISTS',
      `There is a ${quote(kind)} client of tenant ${quote(tenantId)} already. Pass onExisting: 'keep' or 'replace', or evict() it first.`,
      { tenantId },
    );
  }
}

/** Code touched a client that its scope has not acquired. Thrown whether or not the client happens to be in the registry. */
export class TenantClientNotAcquiredError extends MultitenancyError {
  /**
   * @param why to follow a colon
   * @param remedy a sentence: how the client is declared in the place where it was used
   */
  constructor(kind: string, tenantId: string | undefined, why: string, remedy: string) {
    super('MT_CLIENT_NOT_ACQUIRED', `The ${quote(kind)} client may not be used here: ${why}. ${remedy}`, { tenantId });
  }
}

/** A factory asked, directly or through another kind, for the very client that it is creating. */
export class TenantClientRecursiveError extends MultitenancyError {
  constructor(kind: string, tenantId: string) {
    super(
      'MT_CLIENT_RECURSIVE',
      `The factory of ${quote(kind)} clients acquires the ${quote(kind)} client of tenant ${quote(tenantId)} while creating it, and would wait for itself. Build what both need outside of the factory.`,
      { tenantId },
    );
  }
}

/** A factory gave, or `add` was given, an object that is live as another client, or was closed already. It is not disposed here. */
export class TenantClientFactoryFaultError extends MultitenancyError {
  /** @param where what is known of the object, to follow "that" */
  constructor(kind: string, tenantId: string, where: string) {
    super(
      'MT_CLIENT_FACTORY_FAULT',
      `The ${quote(kind)} client of tenant ${quote(tenantId)} is an object that ${where}. One client object belongs to one tenant and one kind: have the factory make a new one at each call, without a memory of its own. To share something that is safe to share, put it into an object per tenant, such as { shared }.`,
      { tenantId },
    );
  }
}

/** `create()` was called on a registry without a template. */
export class TemplateMissingError extends MultitenancyError {
  constructor(kind: string) {
    super(
      'MT_TEMPLATE_MISSING',
      `The registry of ${quote(kind)} clients has no template, so create() does not know the options. Configure \`template\`, or call createFrom(id, options).`,
    );
  }
}
