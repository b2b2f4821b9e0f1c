import { TenantMessages } from '@tenantry/core';
import type { FlowJob, Job, Queue } from 'bullmq';
import { brokers } from '../../support/brokers.js';
import { until } from '../../support/until.js';
import { AuditRecorder } from '../tenant-fixture.js';
import { startMailApp } from './mail-app.js';
import type { MailApp } from './mail-app.js';

const { redis } = brokers(['redis']);

/** What the envelope of a job `send` of the queue `mail` is sealed for. */
const PURPOSE = JSON.stringify(['bullmq', 'mail', 'send']);

interface Parent {
  readonly id: string;
  readonly queue: string;
}

describe.each(redis === undefined ? [] : [redis])('the parent of a job, on %s', (url) => {
  let mails: MailApp;
  let ear: AuditRecorder;
  beforeEach(async () => {
    ear = new AuditRecorder();
    mails = await startMailApp(url);
    await Promise.all([mails.mail.pause(), mails.open.pause()]);
  });
  afterEach(async () => {
    ear.stop();
    await mails.stop();
  });

  /** A job that waits for a child of its own; without an id BullMQ chooses one. */
  async function waitingParent(tenantId: string, jobId?: string): Promise<Parent> {
    const child = { name: 'open', queueName: 'open', data: { to: 'child' } };
    const opts = jobId === undefined ? {} : { jobId };
    const flow = { name: 'send', queueName: 'mail', data: { to: 'parent' }, opts, children: [child] };
    const { job } = await mails.context.run(tenantId, () => mails.flows.add(flow));
    return { id: job.id ?? '', queue: mails.mail.qualifiedName };
  }

  async function reaches(queue: Queue, id: string | undefined, state: string): Promise<Job> {
    await until(async () => (await queue.getJobState(id ?? '')) === state);
    return (await queue.getJob(id ?? '')) as Job;
  }

  async function childValues({ id }: Parent): Promise<unknown[]> {
    const parent = (await mails.mail.getJob(id)) as Job;
    return Object.values(await parent.getChildrenValues());
  }

  /** Every way to add a job with a parent. */
  const ways: Record<string, (parent: Parent) => Promise<unknown>> = {
    add: (parent) => mails.tenantMail.add('send', { to: 'a' }, { parent }),
    addBulk: (parent) =>
      mails.tenantMail.addBulk([
        { name: 'send', data: { to: 'a' } },
        { name: 'send', data: { to: 'b' }, opts: { parent } },
      ]),
    upsertJobScheduler: (parent) =>
      mails.tenantMail.upsertJobScheduler('daily', { every: 3_600_000 }, { data: { to: 'a' }, opts: { parent } }),
    'the first job of a flow': (parent) =>
      mails.flows.add({ name: 'send', queueName: 'mail', data: { to: 'a' }, opts: { parent } }),
    'a child in a flow': (parent) => {
      const child = { name: 'open', queueName: 'open', data: {}, opts: { parent } };
      return mails.flows.add({ name: 'send', queueName: 'mail', data: { to: 'a' }, children: [child] } as FlowJob);
    },
  };

  it.each(Object.keys(ways))('of another tenant is refused before anything is added: %s', async (way) => {
    const parents = [await waitingParent('bar'), await waitingParent('bar', 'p')];
    const before = [await mails.mail.getJobCounts(), await mails.open.getJobCounts()];
    for (const parent of parents) {
      const added = mails.context.run('foo', () => ways[way]?.(parent) ?? Promise.resolve());
      await expect(added).rejects.toMatchObject({ code: 'MT_TENANT_FORBIDDEN', tenantId: 'foo' });
    }
    expect([await mails.mail.getJobCounts(), await mails.open.getJobCounts()]).toEqual(before);
    expect(await mails.mail.getJobSchedulersCount()).toBe(0);
  });

  it('that does not exist is refused as one of another tenant is', async () => {
    const { context, mail, tenantMail } = mails;
    const foreign = await waitingParent('bar');
    const add = (id: string): Promise<unknown> =>
      context.run('foo', () => tenantMail.add('send', { to: 'a' }, { parent: { ...foreign, id } }));
    const [absent, other] = await Promise.all([add('404'), add(foreign.id)].map((each) => each.catch(String)));
    expect(absent).toBe(other);
    await expect(add('foo/404')).rejects.toThrow('Missing key for parent job');
    expect(await mail.getWaitingCount()).toBe(0);
  });

  it.each([undefined, 'p'])(
    'of its own tenant is accepted, with the id %s, and gets the value of its child',
    async (id) => {
      const { context, mail, open, tenantMail } = mails;
      const parent = await waitingParent('foo', id);
      await context.run('foo', () => tenantMail.add('send', { to: 'a' }, { parent }));
      await Promise.all([mail.resume(), open.resume()]);
      await reaches(mail, parent.id, 'completed');
      expect((await childValues(parent)).sort()).toEqual(['foo', 'foo: a']);
      expect(ear.events).toEqual([]);
    },
  );

  it('of another tenant fails a job that came past TenantQueue, which neither runs nor changes the parent', async () => {
    const { app, context, mail, open, runs } = mails;
    const parent = await waitingParent('bar');
    const sealed = await context.run('foo', () => app.get(TenantMessages).seal(PURPOSE, { to: 'a' }));
    const smuggled = await mail.add('send', sealed, { parent, failParentOnFailure: true });
    await mail.resume();
    const failed = await reaches(mail, smuggled.id, 'failed');
    expect(failed.failedReason).toMatch(/^MT_TENANT_FORBIDDEN: /);
    expect(runs).toEqual([]);
    expect(ear.events).toEqual([
      { type: 'messageRefused', transport: 'bullmq', purpose: PURPOSE, code: 'MT_TENANT_FORBIDDEN', tenantId: 'foo' },
    ]);
    await open.resume();
    await reaches(mail, parent.id, 'completed');
    expect(await childValues(parent)).toEqual(['bar']);
    expect(runs.map(({ tenant }) => tenant)).toEqual(['bar', 'bar']);
  });

  it('of a tenant fails a job without a tenant', async () => {
    const { open } = mails;
    const parent = await waitingParent('bar', 'p');
    const smuggled = await open.add('open', { to: 'a' }, { parent });
    await open.resume();
    expect((await reaches(open, smuggled.id, 'failed')).failedReason).toMatch(/^MT_TENANT_FORBIDDEN: /);
    expect(await childValues(parent)).not.toContain('no tenant');
  });

  it('may have been removed by the time that its job runs', async () => {
    const { context, mail, tenantMail } = mails;
    const parent = await waitingParent('foo');
    const job = await context.run('foo', () => tenantMail.add('send', { to: 'a' }, { parent }));
    const client = await mail.backend.client;
    await client.del(`${parent.queue}:${parent.id}`);
    await mail.resume();
    await reaches(mail, job.id, 'completed');
  });
});
