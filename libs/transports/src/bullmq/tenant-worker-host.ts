import { Inject } from '@nestjs/common';
import { WorkerHost } from '@nestjs/bullmq';
import {
  MultitenancyError,
  SUPER_TENANT_ID,
  TenantEnvelopeUntrustedError,
  TenantForbiddenError,
  TenantMessages,
} from '@tenantry/core';
import type { ResolutionOutcome, SealedMessage } from '@tenantry/core';
import type { OpenTenantScope } from '@tenantry/core/spi';
import { DelayedError, UnrecoverableError } from 'bullmq';
import type { Job, Worker } from 'bullmq';
import { assertTransportPeers } from '../transport-peers.js';
import { JobParents } from './job-parents.js';
import { RunningJobs } from './running-jobs.js';
import { jobPurpose } from './tenant-job-ids.js';
import { refusalFor } from './job-refusal.js';
import type { JobRefusal, ParkingTimes } from './job-refusal.js';

/** One run of a job. */
export interface TenantJobRun<T = unknown> {
  /** Lock of this run; `job.moveToDelayed` and the like want it. */
  readonly token: string | undefined;
  /** Aborted when the job is cancelled. */
  readonly signal: AbortSignal | undefined;
  /**
   * Replaces the data of the job, for later attempts to see, in an envelope of its own tenant. `job.updateData` would lose it.
   *
   * @throws `MT_TENANT_REQUIRED` for a job without a tenant; what BullMQ throws
   */
  updateData(data: T): Promise<void>;
}

const TRANSPORT = 'bullmq';
const TENANT_POLICY = 'tenantry:policy';

/**
 * Base of `@Processor` classes whose jobs belong to tenants. Implement {@link handle}: it runs in a scope of the job's
 * tenant, with the clients that the class reaches by injection or names with `@UseTenantClients(...)`. Leave `process` alone.
 *
 * Nest runs no guard before a processor, so it refuses by itself. A job is parked while its tenant is suspended or
 * not ready, and while the catalog or a client cannot be had; that uses up no attempt. A job without an envelope, with
 * a bad one, of an unknown tenant, or with a parent of another tenant fails at once, as does one of the super tenant that is not
 * signed, with the code in its `failedReason`, and an audit event.
 *
 * @typeParam T data of the jobs
 * @typeParam R what {@link handle} returns
 */
export abstract class TenantWorkerHost<T = unknown, R = unknown, W extends Worker = Worker> extends WorkerHost<W> {
  /**
   * `required` (default): a job without an envelope fails; `optional`: it runs in a scope without a tenant. An envelope that
   * is there must be good either way.
   */
  protected readonly tenant: 'required' | 'optional' = 'required';

  /** Milliseconds until a job of a tenant that is suspended or not set up yet is tried again, from 100. Default 60,000. */
  protected readonly parkMs: number = 60_000;

  /** Milliseconds until a job is tried again after an outage that does not say itself how long, from 100. Default 5,000. */
  protected readonly retryMs: number = 5_000;

  @Inject(TenantMessages) private readonly tenantMessages!: TenantMessages;
  readonly #running = new RunningJobs();

  /** @throws `MT_PEER_UNSUPPORTED` */
  constructor() {
    super();
    assertTransportPeers('@nestjs/bullmq', 'bullmq');
  }

  /**
   * Does the work of a job. What it throws counts as an attempt, as always with BullMQ.
   *
   * @param job as BullMQ has it; its `data` is still in the envelope
   * @param data what was given to `TenantQueue.add`, behind JSON
   */
  protected abstract handle(job: Job<SealedMessage<T>, R>, data: T, run: TenantJobRun<T>): Promise<R>;

  /** Called by BullMQ. @throws `DelayedError` for a parked job, `UnrecoverableError` for a refused one, what {@link handle} throws */
  override async process(job: Job<SealedMessage<T>, R>, token?: string, signal?: AbortSignal): Promise<R> {
    const origin = { transport: TRANSPORT, purpose: jobPurpose(job.queueName, job.name) };
    const { scope, data } = await this.tenantMessages.receive(job.data, origin);
    this.#running.follow(() => this.worker);
    const remove = this.#running.add(scope, signal);
    try {
      const refusal = await this.#refusalOf(job, scope);
      if (refusal !== undefined) return await refuse(job, refusal, token);
      const updateData = (next: T): Promise<void> => job.updateData(scope.run(() => this.#seal(job, next)));
      return await scope.runToEnd(() => this.handle(job, data as T, { token, signal, updateData }));
    } finally {
      remove();
      scope.end();
    }
  }

  get #times(): ParkingTimes {
    return { parkMs: this.parkMs, retryMs: this.retryMs };
  }

  #isForSuperTenant(): boolean {
    const places = [Reflect.get(this, 'handle') as object, this.constructor];
    return places.some((place) => Reflect.getMetadata(TENANT_POLICY, place) === 'super');
  }

  #seal(job: Job, data: T): SealedMessage<T> {
    return this.tenantMessages.seal(jobPurpose(job.queueName, job.name), data);
  }

  async #refusalOf(job: Job, scope: OpenTenantScope): Promise<JobRefusal | undefined> {
    return (
      this.#refusalOfTenant(job, scope.outcome) ??
      (await this.#refusalOfParent(job, scope)) ??
      this.#refusalOfClients(scope)
    );
  }

  #refusalOfTenant(job: Job, outcome: ResolutionOutcome): JobRefusal | undefined {
    if (isUnsignedSuper(outcome))
      return this.#refused(
        job,
        new TenantEnvelopeUntrustedError('jobs of the super tenant are signed'),
        SUPER_TENANT_ID,
      );
    if (this.#isForSuperTenant() && isAnotherThanSuper(outcome))
      return this.#refused(job, new TenantForbiddenError('Jobs of this processor are for the super tenant.'));
    switch (outcome.kind) {
      case 'resolved':
        return undefined;
      case 'notApplicable':
        return this.tenant === 'optional' ? undefined : this.#refused(job, withoutTenant());
      default:
        return refusalFor(outcome.error, this.#times);
    }
  }

  /** A job that is refused neither fails its parent nor holds it up. */
  async #refusalOfParent(job: Job, { outcome }: OpenTenantScope): Promise<JobRefusal | undefined> {
    const tenantId = outcome.kind === 'resolved' ? outcome.tenant.id : undefined;
    const error = await new JobParents(job, this.tenantMessages).refusalOf(job.parent, tenantId);
    if (error === undefined) return undefined;
    await job.removeChildDependency();
    return this.#refused(job, error, tenantId);
  }

  async #refusalOfClients(scope: OpenTenantScope): Promise<JobRefusal | undefined> {
    if (scope.outcome.kind !== 'resolved') return undefined;
    try {
      await scope.acquireFor(this.constructor, Reflect.get(this, 'handle'));
      return undefined;
    } catch (error) {
      return refusalFor(error, this.#times);
    }
  }

  #refused({ queueName, name }: Job, error: MultitenancyError, tenantId?: string): JobRefusal {
    const origin = { transport: TRANSPORT, purpose: jobPurpose(queueName, name) };
    this.tenantMessages.publishRefusal(origin, error.code, tenantId);
    return { kind: 'fail', reason: `${error.code}: ${error.message}`, cause: error };
  }
}

function withoutTenant(): MultitenancyError {
  return new MultitenancyError(
    'MT_TENANT_REQUIRED',
    'The job names no tenant. Add it through TenantQueue, or let its processor say `tenant = "optional"`.',
  );
}

function isAnotherThanSuper(outcome: ResolutionOutcome): boolean {
  return outcome.kind === 'notApplicable' || (outcome.kind === 'resolved' && outcome.tenant.id !== SUPER_TENANT_ID);
}

/** No guard runs here, so the super tenant is refused unless a signature proves it. */
function isUnsignedSuper(outcome: ResolutionOutcome): boolean {
  return outcome.kind === 'resolved' && outcome.tenant.id === SUPER_TENANT_ID && outcome.trust === 'network';
}

async function refuse(job: Job, refusal: JobRefusal, token: string | undefined): Promise<never> {
  if (refusal.kind === 'fail') throw Object.assign(new UnrecoverableError(refusal.reason), { cause: refusal.cause });
  await job.moveToDelayed(Date.now() + refusal.ms, token);
  throw new DelayedError();
}
