import { TenantForbiddenError } from '@tenantry/core';
import type { TenantMessages } from '@tenantry/core';
import { isOwnId, jobPurpose } from './tenant-job-ids.js';

/** Where a job names its parent. */
export interface ParentPlace {
  readonly id?: string | undefined;
  /** Key of the parent's queue in Redis: `<prefix>:<name>`. */
  readonly queueKey: string;
}

/** The part of a client of Redis that is used here. */
interface HashReader {
  hmget(key: string, ...fields: string[]): Promise<readonly (string | null)[]>;
}

interface WithClient {
  readonly client?: Promise<HashReader>;
}

/** Queues and flow producers of BullMQ 5 have the client themselves and its jobs have a queue; in BullMQ 6 all have a backend. */
interface Connected extends WithClient {
  readonly backend?: WithClient;
  readonly queue?: WithClient;
}

/** Whose a parent is, for one tenant. */
type Ownership = 'own' | 'foreign' | 'absent';

/**
 * Checks that the parent of a job belongs to the tenant of the job: the return value of a child is written into its parent, and a
 * child that fails can fail its parent.
 */
export class JobParents {
  readonly #connected: Connected;
  readonly #messages: TenantMessages;

  /** @param connected a queue, job or flow producer of BullMQ whose connection is used */
  constructor(connected: object, messages: TenantMessages) {
    this.#connected = connected;
    this.#messages = messages;
  }

  /**
   * For a job that is to be added.
   *
   * @param parent as in the options of the job; `undefined` = none
   * @throws `MT_TENANT_FORBIDDEN` for a parent of another tenant and for one that does not exist; what Redis throws
   */
  async assertOwn(
    parent: { readonly id: string; readonly queue: string } | undefined,
    tenantId: string,
  ): Promise<void> {
    if (parent === undefined) return;
    const owner = await this.#ownership({ id: parent.id, queueKey: parent.queue }, tenantId);
    if (owner !== 'own') throw foreignParent(tenantId);
  }

  /**
   * For a job that is to run. A parent that does not exist any more is no reason not to.
   *
   * @param tenantId `undefined` = the job has no tenant, and its parent must have none
   * @returns why the job must not run; what Redis throws, rejects
   */
  async refusalOf(
    parent: ParentPlace | undefined,
    tenantId: string | undefined,
  ): Promise<TenantForbiddenError | undefined> {
    if (parent?.id === undefined) return undefined;
    const owner = await this.#ownership(parent, tenantId);
    return owner === 'foreign' ? foreignParent(tenantId) : undefined;
  }

  async #ownership({ id = '', queueKey }: ParentPlace, tenantId: string | undefined): Promise<Ownership> {
    if (tenantId !== undefined && isOwnId(tenantId, id)) return 'own';
    const [name, data] = await (await this.#client()).hmget(`${queueKey}:${id}`, 'name', 'data');
    if (typeof name !== 'string' || typeof data !== 'string') return 'absent';
    return this.#isSealedFor(tenantId, jobPurpose(queueNameIn(queueKey), name), data) ? 'own' : 'foreign';
  }

  #isSealedFor(tenantId: string | undefined, purpose: string, data: string): boolean {
    try {
      return this.#messages.tenantIdIn(JSON.parse(data), purpose) === tenantId;
    } catch {
      return false;
    }
  }

  /** Without a client of Redis it cannot be known whose a parent is. */
  async #client(): Promise<HashReader> {
    const { client: own, backend, queue } = this.#connected;
    const client = await (own ?? backend?.client ?? queue?.client);
    if (client === undefined)
      throw new TypeError('BullMQ has no Redis client by which the parent of a job can be checked.');
    return client;
  }
}

/** The name of a queue holds no colon; its prefix may. */
function queueNameIn(queueKey: string): string {
  return queueKey.slice(queueKey.lastIndexOf(':') + 1);
}

/** Does not show whether another tenant has such a job. */
function foreignParent(tenantId: string | undefined): TenantForbiddenError {
  const reason = 'The parent of the job is not a job of its own tenant. Name a job that the same tenant has added.';
  return new TenantForbiddenError(reason, tenantId);
}
