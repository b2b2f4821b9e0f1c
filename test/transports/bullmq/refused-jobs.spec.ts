import { TenantMessages } from '@tenantry/core';
import type { Job, Queue } from 'bullmq';
import { brokers } from '../../support/brokers.js';
import { until } from '../../support/until.js';
import { AuditRecorder, DbClient, leasesOf } from '../tenant-fixture.js';
import { startMailApp } from './mail-app.js';
import type { Mail, MailApp } from './mail-app.js';

const { redis } = brokers(['redis']);

/** What the envelope of a job `send` of the queue `mail` is sealed for. */
const PURPOSE = JSON.stringify(['bullmq', 'mail', 'send']);

describe.each(redis === undefined ? [] : [redis])('jobs that cannot run, on %s', (url) => {
  let mails: MailApp;
  let ear: AuditRecorder;
  let factoryFails = false;
  beforeEach(async () => {
    ear = new AuditRecorder();
    mails = await startMailApp(
      url,
      {},
      {
        create: ({ id }) => {
          if (factoryFails) throw new Error('no route to the database');
          return new DbClient(id);
        },
        retryBackoffMs: 250,
      },
    );
  });
  afterEach(async () => {
    ear.stop();
    factoryFails = false;
    await mails.stop();
  });

  /** Adds a job of foo while nothing runs. */
  async function added(data: Mail = { to: 'a' }, attempts = 1): Promise<Job> {
    await mails.mail.pause();
    return mails.context.run('foo', () => mails.tenantMail.add('send', data, { attempts }));
  }

  /** Adds a job past the library, as any client that can write to Redis. */
  async function smuggled(queue: Queue, data: unknown): Promise<Job> {
    return queue.add('send', data, { attempts: 5 });
  }

  async function reaches({ id = '' }: Job, queue: Queue, state: string): Promise<Job> {
    await until(async () => (await queue.getJobState(id)) === state);
    return (await queue.getJob(id)) as Job;
  }

  async function sealedFor(tenantId: string, purpose: string, data: Mail): Promise<Record<string, unknown>> {
    const messages = mails.app.get(TenantMessages);
    return mails.context.run(tenantId, () => ({ ...messages.seal(purpose, data) }));
  }

  it.each(['suspended', 'deleting', 'provisioning'] as const)(
    'are parked while their tenant is %s, use up no attempt, and run when it is back',
    async (status) => {
      const { mail, catalog, runs } = mails;
      const job = await added();
      catalog.pretended.set('foo', status);
      await mail.resume();
      const parked = await reaches(job, mail, 'delayed');
      expect(runs).toHaveLength(0);
      expect([parked.attemptsMade, parked.failedReason]).toEqual([0, undefined]);
      expectDelay(parked, 60_000);
      expect(ear.events).toEqual([
        {
          type: 'messageRefused',
          transport: 'bullmq',
          purpose: PURPOSE,
          code: status === 'provisioning' ? 'MT_TENANT_PROVISIONING' : 'MT_TENANT_SUSPENDED',
          tenantId: 'foo',
        },
      ]);
      catalog.pretended.clear();
      await parked.promote();
      await reaches(job, mail, 'completed');
      expect(runs).toMatchObject([{ tenant: 'foo', client: 'foo', attempt: 0 }]);
    },
  );

  it('are parked when their tenant is suspended between two attempts', async () => {
    const { mail, catalog, context, tenantMail, runs } = mails;
    const job = await context.run('foo', () =>
      tenantMail.add('send', { to: 'a', failures: 1 }, { attempts: 2, backoff: 3_600_000 }),
    );
    const failedOnce = await reaches(job, mail, 'delayed');
    await catalog.suspend('foo');
    await failedOnce.promote();
    await until(() => ear.events.length === 1);
    const parked = await reaches(job, mail, 'delayed');
    expect(parked.attemptsMade).toBe(1);
    await catalog.activate('foo');
    await parked.promote();
    await reaches(job, mail, 'completed');
    expect(runs.map(({ attempt }) => attempt)).toEqual([0, 1]);
  });

  it('are parked for a shorter time while the catalog is out', async () => {
    const { mail, catalog, runs } = mails;
    const job = await added();
    catalog.outage = true;
    await mail.resume();
    const parked = await reaches(job, mail, 'delayed');
    expectDelay(parked, 7_000);
    expect([parked.attemptsMade, runs.length]).toEqual([0, 0]);
    catalog.outage = false;
    await parked.promote();
    await reaches(job, mail, 'completed');
  });

  it('are parked for as long as the registry asks while a client cannot be made', async () => {
    const { mail, runs, app } = mails;
    const job = await added();
    factoryFails = true;
    await mail.resume();
    const parked = await reaches(job, mail, 'delayed');
    expect(parked.delay).toBeGreaterThanOrEqual(100);
    expect(parked.delay).toBeLessThanOrEqual(500);
    factoryFails = false;
    const done = await reaches(job, mail, 'completed');
    expect([done.attemptsMade, runs.length]).toEqual([1, 1]);
    await until(() => leasesOf(app) === 0);
  });

  it('fail at once when their tenant has been deleted, with the code, and are kept', async () => {
    const { mail, catalog, runs } = mails;
    const job = await added({ to: 'a' }, 5);
    await catalog.suspend('foo');
    await catalog.delete('foo');
    await mail.resume();
    const failed = await reaches(job, mail, 'failed');
    expect(failed.failedReason).toBe('MT_TENANT_UNKNOWN: There is no tenant "foo".');
    expect([failed.attemptsMade, runs.length]).toEqual([1, 0]);
    expect(ear.events).toMatchObject([{ type: 'messageRefused', code: 'MT_TENANT_UNKNOWN', tenantId: 'foo' }]);
  });

  it('fail at once without an envelope', async () => {
    const { mail, runs } = mails;
    const failed = await reaches(await smuggled(mail, { to: 'a' }), mail, 'failed');
    expect(failed.failedReason).toMatch(/^MT_TENANT_REQUIRED: /);
    expect([failed.attemptsMade, runs.length]).toEqual([1, 0]);
    expect(ear.events).toEqual([
      {
        type: 'messageRefused',
        transport: 'bullmq',
        purpose: PURPOSE,
        code: 'MT_TENANT_REQUIRED',
        tenantId: undefined,
      },
    ]);
  });

  it.each([
    ['with another tenant in the envelope', { id: 'bar' }, {}],
    ['without a signature', { mac: undefined }, {}],
    ['with another generation', { gen: 0 }, {}],
    ['with other data', {}, { to: 'mallory' }],
  ])('fail at once %s', async (_name, forgedEnvelope, forgedData) => {
    const { mail, runs } = mails;
    const { $tenant, data } = await sealedFor('foo', 'mail', { to: 'a' });
    const forged = { $tenant: { ...object($tenant), ...forgedEnvelope }, data: { ...object(data), ...forgedData } };
    const failed = await reaches(await smuggled(mail, forged), mail, 'failed');
    expect(failed.failedReason).toMatch(/^MT_ENVELOPE_UNTRUSTED: /);
    expect([failed.attemptsMade, runs.length]).toEqual([1, 0]);
    expect(ear.events).toMatchObject([{ type: 'messageRefused', code: 'MT_ENVELOPE_UNTRUSTED' }]);
  });

  it('fail at once when they are replayed from another queue, or under another name', async () => {
    const { mail, open, runs } = mails;
    const replayed = await sealedFor('foo', PURPOSE, { to: 'a' });
    const renamed = await mail.add('delete', replayed);
    await mail.resume();
    expect((await reaches(renamed, mail, 'failed')).failedReason).toMatch(/^MT_ENVELOPE_UNTRUSTED: /);
    const failed = await reaches(await smuggled(open, replayed), open, 'failed');
    expect(failed.failedReason).toMatch(/^MT_ENVELOPE_UNTRUSTED: /);
    expect(runs).toHaveLength(0);
    await reaches(await smuggled(mail, replayed), mail, 'completed');
  });

  it.each([null, 'foo', { v: 2, id: 'foo', gen: 1 }, { v: 1, id: '../x', gen: 1 }])(
    'fail at once with the malformed envelope %j, also where the tenant is optional',
    async ($tenant) => {
      const { open, runs } = mails;
      const failed = await reaches(await smuggled(open, { $tenant, data: {} }), open, 'failed');
      expect(failed.failedReason).toMatch(/^MT_ENVELOPE_INVALID: /);
      expect(runs).toHaveLength(0);
    },
  );

  it('run without a tenant where the processor says that it is optional', async () => {
    const { open, context, tenantOpen, runs } = mails;
    await reaches(await smuggled(open, { to: 'a' }), open, 'completed');
    await reaches(await context.run('bar', () => tenantOpen.add('send', { to: 'b' })), open, 'completed');
    expect(runs).toMatchObject([
      { tenant: null, data: { to: 'a' } },
      { tenant: 'bar', data: { to: 'b' } },
    ]);
  });

  it('do not keep others of their queue from running', async () => {
    const { mail, catalog, context, tenantMail, runs } = mails;
    const parked = await added();
    const other = await context.run('bar', () => tenantMail.add('send', { to: 'b' }));
    await catalog.suspend('foo');
    await mail.resume();
    await reaches(other, mail, 'completed');
    await reaches(parked, mail, 'delayed');
    expect(runs.map(({ tenant }) => tenant)).toEqual(['bar']);
  });

  it('do not end their scheduler when they are parked', async () => {
    const { mail, catalog, context, tenantMail, runs } = mails;
    await mail.pause();
    await context.run('foo', () => tenantMail.upsertJobScheduler('daily', { every: 3_600_000 }, { data: { to: 'a' } }));
    await catalog.suspend('foo');
    await mail.resume();
    await until(() => ear.events.length === 1);
    await until(async () => (await mail.getDelayedCount()) === 2);
    await catalog.activate('foo');
    await Promise.all(((await mail.getDelayed()) as Job[]).map((job) => job.promote()));
    await until(async () => (await mail.getCompletedCount()) === 2);
    expect(runs.map(({ tenant }) => tenant)).toEqual(['foo', 'foo']);
    expect(await mail.getDelayedCount()).toBe(1);
  });
});

describe.each(redis === undefined ? [] : [redis])('jobs of the super tenant, on %s', (url) => {
  it.each([
    ['run when they are signed', { secrets: ['a secret of the tests'] }, 'completed', null],
    [
      'fail when they are not: any client that can write to Redis could add them',
      {},
      'failed',
      /^MT_ENVELOPE_UNTRUSTED: /,
    ],
  ])('%s', async (_name, messages, state, reason) => {
    const mails = await startMailApp(url, { messages });
    try {
      const job = await mails.context.runAsSuperTenant(() => mails.tenantOpen.add('send', { to: 'a' }));
      await until(async () => (await job.getState()) === state);
      expect(mails.runs.map(({ tenant }) => tenant)).toEqual(reason === null ? ['super'] : []);
      const { failedReason = null } = (await mails.open.getJob(job.id ?? '')) as Job;
      if (reason === null) expect(failedReason).toBeNull();
      else expect(failedReason).toMatch(reason);
    } finally {
      await mails.stop();
    }
  });
});

function object(value: unknown): object {
  return value as object;
}

/** BullMQ works the delay out from the time at which the job is to run; milliseconds may pass in between. */
function expectDelay({ delay }: Job, ms: number): void {
  expect(delay).toBeLessThanOrEqual(ms);
  expect(delay).toBeGreaterThan(ms - 1_000);
}
