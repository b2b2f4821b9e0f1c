import { randomUUID } from 'node:crypto';
import { BullModule, getFlowProducerToken, getQueueToken, Processor } from '@nestjs/bullmq';
import type { INestApplication } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { InjectTenantClient, TenantContext, TenantMessages } from '@tenantry/core';
import type { MultitenancyOptions, SealedMessage, TenantClientFeature } from '@tenantry/core';
import { TenantFlowProducer, TenantQueue, TenantWorkerHost } from '@tenantry/transports/bullmq';
import type { TenantJobRun } from '@tenantry/transports/bullmq';
import { Queue } from 'bullmq';
import type { FlowProducer, Job } from 'bullmq';
import { startApp } from '../../support/http.js';
import { DbClient, FaultyCatalog, tenantModules } from '../tenant-fixture.js';

/** What a job is to do. */
export interface Mail {
  readonly to: string;
  /** Runs that fail before one succeeds. */
  readonly failures?: number;
  /** Puts this in its data once, from inside another tenant's scope, and fails. */
  readonly step?: string;
}

/** What a run met. */
interface Run {
  readonly id: string | undefined;
  readonly tenant: string | null;
  readonly client: string | null;
  readonly data: Mail;
  readonly attempt: number;
}

/** What all processors of an application have met. */
class Runs {
  readonly all: Run[] = [];
}

@Processor('mail', { concurrency: 10 })
class MailProcessor extends TenantWorkerHost<Mail, string> {
  protected override readonly retryMs = 7_000;

  constructor(
    private readonly context: TenantContext,
    @InjectTenantClient('db') private readonly db: DbClient,
    private readonly runs: Runs,
  ) {
    super();
  }

  protected override async handle(
    job: Job<SealedMessage<Mail>, string>,
    data: Mail,
    run: TenantJobRun<Mail>,
  ): Promise<string> {
    const client = await this.db.whose();
    const tenant = this.context.tenant.id;
    this.runs.all.push({ id: job.id, tenant, client, data, attempt: job.attemptsMade });
    if (job.attemptsMade < (data.failures ?? 0)) throw new Error('the mail server is busy');
    if (data.step !== undefined && data.to !== data.step) {
      await this.context.run('bar', () => run.updateData({ to: data.step ?? '', step: data.step ?? '' }));
      throw new Error('continue with the next step');
    }
    return `${tenant}: ${data.to}`;
  }
}

@Processor('open')
class OpenProcessor extends TenantWorkerHost<Mail, string> {
  protected override readonly tenant = 'optional';

  constructor(
    private readonly context: TenantContext,
    private readonly runs: Runs,
  ) {
    super();
  }

  protected override async handle(job: Job, data: Mail): Promise<string> {
    const tenant = this.context.tenantOrNull?.id ?? null;
    this.runs.all.push({ id: job.id, tenant, client: null, data, attempt: job.attemptsMade });
    return tenant ?? 'no tenant';
  }
}

/** A running application with two queues of its own on a real Redis. */
export interface MailApp {
  readonly app: INestApplication;
  readonly catalog: FaultyCatalog;
  readonly context: TenantContext;
  readonly runs: readonly Run[];
  readonly mail: Queue;
  readonly open: Queue;
  readonly tenantMail: TenantQueue<Mail, string>;
  readonly tenantOpen: TenantQueue<Mail, string>;
  readonly flows: TenantFlowProducer;
  stop(): Promise<void>;
}

/** Starts it; the caller stops it, which takes its queues out of Redis. */
export async function startMailApp(
  redis: string,
  options: Partial<MultitenancyOptions> = {},
  feature: Partial<TenantClientFeature<DbClient>> = {},
): Promise<MailApp> {
  const catalog = new FaultyCatalog();
  const shared = { connection: { url: redis }, prefix: `tenantry-test-${randomUUID()}` };
  @Module({
    imports: [
      ...tenantModules(catalog, { messages: { secrets: ['a secret of the tests'] }, ...options }, feature),
      BullModule.forRoot(shared),
      BullModule.registerQueue({ name: 'mail' }, { name: 'open' }),
      BullModule.registerFlowProducer({ name: 'flows' }),
    ],
    providers: [MailProcessor, OpenProcessor, Runs],
  })
  class AppModule {}
  const app = await startApp(AppModule, 'express');
  const [mail, open] = ['mail', 'open'].map((name) => app.get<Queue>(getQueueToken(name))) as [Queue, Queue];
  const messages = app.get(TenantMessages);
  return {
    app,
    catalog,
    context: app.get(TenantContext),
    runs: app.get(Runs).all,
    mail,
    open,
    tenantMail: new TenantQueue<Mail, string>(mail, messages),
    tenantOpen: new TenantQueue<Mail, string>(open, messages),
    flows: new TenantFlowProducer(app.get<FlowProducer>(getFlowProducerToken('flows')), messages),
    stop: async () => {
      await app.close();
      // Only now does no worker write any more.
      await Promise.all(['mail', 'open'].map((name) => obliterate(new Queue(name, shared))));
    },
  };
}

async function obliterate(queue: Queue): Promise<void> {
  await queue.obliterate({ force: true });
  await queue.close();
}
