import type { SealedMessage, TenantMessages } from '@tenantry/core';
import type { Job, JobSchedulerTemplateOptions, JobsOptions, Queue, RepeatOptions } from 'bullmq';
import { assertTransportPeers } from '../transport-peers.js';
import { JobParents } from './job-parents.js';
import { jobPurpose, ownId, ownIds } from './tenant-job-ids.js';

/** A job for {@link TenantQueue.addBulk}. */
export interface TenantJobToAdd<T> {
  readonly name: string;
  /** JSON data. */
  readonly data: T;
  /** As for {@link TenantQueue.add}. */
  readonly opts?: Omit<JobsOptions, 'repeat'>;
}

/** What a scheduler of {@link TenantQueue.upsertJobScheduler} makes its jobs of. */
export interface TenantJobScheduler<T> {
  /** Default: the scheduler's id, as it was given. */
  readonly name?: string;
  /** JSON data. */
  readonly data: T;
  readonly opts?: JobSchedulerTemplateOptions;
}

type TenantJob<T, R> = Job<SealedMessage<T>, R>;

/**
 * Adds jobs to a queue of BullMQ for the current tenant. Many tenants share the queue: ids of jobs, of
 * deduplication and of schedulers are each tenant's own, stored as `<tenant id>/<id>`.
 *
 * Wraps a queue that the caller owns and closes; make one per queue, in the constructor of the service that adds the jobs.
 *
 * @typeParam T data of the jobs; what survives JSON
 * @typeParam R what their processor returns
 */
export class TenantQueue<T, R = unknown> {
  readonly #queue: Queue<SealedMessage<T>, R, string>;
  readonly #messages: TenantMessages;
  readonly #parents: JobParents;

  /** @throws `MT_PEER_UNSUPPORTED` */
  constructor(queue: Queue<SealedMessage<T>, R, string>, messages: TenantMessages) {
    assertTransportPeers('bullmq');
    this.#queue = queue;
    this.#messages = messages;
    this.#parents = new JobParents(queue, messages);
  }

  /**
   * Adds a job of the current tenant.
   *
   * @param opts a `parent` is a job of the current tenant
   * @throws `MT_CONTEXT_MISSING` outside of any tenant's scope; what is wrong with the tenant; `MT_TENANT_FORBIDDEN` for a
   *   parent that is not a job of this tenant; what BullMQ throws
   */
  async add(name: string, data: T, opts: Omit<JobsOptions, 'repeat'> = {}): Promise<TenantJob<T, R>> {
    const sealed = this.#seal(name, data);
    await this.#parents.assertOwn(opts.parent, sealed.$tenant.id);
    return this.#queue.add(name, sealed, ownIds(sealed.$tenant.id, opts));
  }

  /** Adds several jobs of the current tenant, all or none. @throws as {@link add} */
  async addBulk(jobs: readonly TenantJobToAdd<T>[]): Promise<TenantJob<T, R>[]> {
    const sealed = jobs.map(({ name, data, opts = {} }) => ({ name, data: this.#seal(name, data), opts }));
    await Promise.all(sealed.map(({ data, opts }) => this.#parents.assertOwn(opts.parent, data.$tenant.id)));
    return this.#queue.addBulk(
      sealed.map(({ name, data, opts }) => ({ name, data, opts: ownIds(data.$tenant.id, opts) })),
    );
  }

  /**
   * Makes, or changes, the current tenant's scheduler of an id. Every job that it makes is of that tenant, signed once, now.
   *
   * @param id unique within the tenant and queue
   * @returns the next job
   * @throws as {@link add}
   */
  async upsertJobScheduler(
    id: string,
    repeat: Omit<RepeatOptions, 'key'>,
    { name = id, data, opts = {} }: TenantJobScheduler<T>,
  ): Promise<TenantJob<T, R> | undefined> {
    const sealed = this.#seal(name, data);
    await this.#parents.assertOwn(opts.parent, sealed.$tenant.id);
    const template = { name, data: sealed, opts };
    return this.#queue.upsertJobScheduler(ownId(sealed.$tenant.id, id), repeat, template);
  }

  /** Removes the current tenant's scheduler of an id. @returns whether there was one @throws as {@link add} */
  async removeJobScheduler(id: string): Promise<boolean> {
    return this.#queue.removeJobScheduler(this.idOf(id));
  }

  /** The id under which BullMQ knows the current tenant's job, deduplication or scheduler. @throws as {@link add} */
  idOf(id: string): string {
    return ownId(this.#messages.seal(this.#queue.name, null).$tenant.id, id);
  }

  #seal(name: string, data: T): SealedMessage<T> {
    return this.#messages.seal(jobPurpose(this.#queue.name, name), data);
  }
}
