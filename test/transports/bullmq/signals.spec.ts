import { randomUUID } from 'node:crypto';
import { BullModule, getQueueToken, Processor } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { TenantContext, TenantMessages } from '@tenantry/core';
import { TenantQueue, TenantWorkerHost } from '@tenantry/transports/bullmq';
import { Queue } from 'bullmq';
import { brokers } from '../../support/brokers.js';
import { startApp } from '../../support/http.js';
import { until } from '../../support/until.js';
import { Door, FaultyCatalog, tenantModules } from '../tenant-fixture.js';

const { redis } = brokers(['redis']);

@Processor('long')
class LongProcessor extends TenantWorkerHost<object, string> {
  readonly door = new Door();
  signal: AbortSignal | undefined;

  constructor(private readonly context: TenantContext) {
    super();
  }

  protected override async handle(): Promise<string> {
    const { signal } = this.context;
    this.signal = signal;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await Promise.race([aborted, this.door.opened]);
    return 'over';
  }
}

describe.each(redis === undefined ? [] : [redis])('the signal of a job, on %s', (url) => {
  let app: INestApplication;
  let queue: Queue;
  let long: LongProcessor;
  let jobId: string;
  const shared = { connection: { url }, prefix: `tenantry-test-${randomUUID()}` };
  beforeEach(async () => {
    @Module({
      imports: [
        ...tenantModules(new FaultyCatalog()),
        BullModule.forRoot(shared),
        BullModule.registerQueue({ name: 'long' }),
      ],
      providers: [LongProcessor],
    })
    class AppModule {}
    app = await startApp(AppModule, 'express');
    queue = app.get<Queue>(getQueueToken('long'));
    long = app.get(LongProcessor);
    const jobs = new TenantQueue<object, string>(queue, app.get(TenantMessages));
    const { id = '' } = await app.get(TenantContext).run('foo', () => jobs.add('work', {}));
    jobId = id;
    await until(() => long.signal !== undefined);
  });
  afterEach(async () => {
    long.door.open();
    await app.close();
    const left = new Queue('long', shared);
    await left.obliterate({ force: true });
    await left.close();
  });

  it('fires when the job is cancelled', async () => {
    expect(long.worker.cancelJob(jobId)).toBe(true);
    expect(long.signal?.reason).toMatchObject({
      code: 'MT_SCOPE_ENDED',
      message: expect.stringContaining('the job was cancelled') as string,
    });
    await until(async () => (await queue.getJobState(jobId)) === 'completed');
  });

  it('fires when the worker closes without waiting for the job', async () => {
    await long.worker.close(true);
    expect(long.signal?.reason).toMatchObject({
      code: 'MT_SCOPE_ENDED',
      message: expect.stringContaining('worker of the job has closed') as string,
    });
  });

  it('does not fire while the worker waits for the job before it closes', async () => {
    const closing = long.worker.close();
    expect(long.signal?.aborted).toBe(false);
    long.door.open();
    await closing;
    expect(long.signal?.aborted).toBe(false);
  });
});
