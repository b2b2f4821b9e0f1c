import type { Job } from 'bullmq';
import { brokers } from '../../support/brokers.js';
import { until } from '../../support/until.js';
import { leasesOf } from '../tenant-fixture.js';
import { startMailApp } from './mail-app.js';
import type { MailApp } from './mail-app.js';

const { redis } = brokers(['redis']);

async function finished(job: Job | undefined): Promise<Job> {
  await until(async () => ['completed', 'failed'].includes((await job?.getState()) ?? ''));
  return job as Job;
}

describe.each(redis === undefined ? [] : [redis])('jobs of tenants on %s', (url) => {
  let mails: MailApp;
  beforeEach(async () => void (mails = await startMailApp(url)));
  afterEach(() => mails.stop());

  it('run for their own tenant with its own client, 200 of two tenants at a concurrency of 10', async () => {
    const { context, tenantMail, mail, runs, app } = mails;
    const tenants = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 'foo' : 'bar'));
    await mail.pause();
    await Promise.all(tenants.map((id, i) => context.run(id, () => tenantMail.add('send', { to: `${id} ${i}` }))));
    await mail.resume();
    await until(async () => (await mail.getCompletedCount()) === 200);
    expect(runs).toHaveLength(200);
    for (const { tenant, client, data } of runs) {
      const own = data.to.split(' ')[0];
      expect([tenant, client]).toEqual([own, own]);
    }
    const results = (await mail.getCompleted(0, -1)).map((job: Job) => String(job.returnvalue));
    expect(results.sort()).toEqual(tenants.map((id, i) => `${id}: ${id} ${i}`).sort());
    await until(() => leasesOf(app) === 0);
  });

  it('keep their tenant when they are tried again, and hold no client in between', async () => {
    const { context, tenantMail, runs, app } = mails;
    const job = await context.run('foo', () => tenantMail.add('send', { to: 'a', failures: 2 }, { attempts: 3 }));
    expect(await (await finished(job)).getState()).toBe('completed');
    expect(runs.map(({ tenant, client, attempt }) => [tenant, client, attempt])).toEqual([
      ['foo', 'foo', 0],
      ['foo', 'foo', 1],
      ['foo', 'foo', 2],
    ]);
    await until(() => leasesOf(app) === 0);
  });

  it('fail like any job when their attempts are used up', async () => {
    const { context, tenantMail, mail, app } = mails;
    const added = await context.run('foo', () => tenantMail.add('send', { to: 'a', failures: 9 }, { attempts: 2 }));
    await finished(added);
    const job = (await mail.getJob(added.id ?? '')) as Job;
    expect([job.attemptsMade, job.failedReason]).toEqual([2, 'the mail server is busy']);
    await until(() => leasesOf(app) === 0);
  });

  it('keep their own tenant when they replace their data, also from inside another tenant’s scope', async () => {
    const { context, tenantMail, runs } = mails;
    const job = await context.run('foo', () => tenantMail.add('send', { to: 'a', step: 'b' }, { attempts: 2 }));
    expect(await (await finished(job)).getState()).toBe('completed');
    expect(runs.map(({ tenant, data }) => [tenant, data.to])).toEqual([
      ['foo', 'a'],
      ['foo', 'b'],
    ]);
  });

  it('have ids of their own: the same id of two tenants is two jobs, of one tenant one', async () => {
    const { context, tenantMail, mail, runs } = mails;
    const add = (id: string): Promise<Job> => context.run(id, () => tenantMail.add('send', { to: id }, { jobId: '1' }));
    const [foo, bar] = [await add('foo'), await add('bar')];
    await add('foo');
    await Promise.all([finished(foo), finished(bar)]);
    expect([foo.id, bar.id]).toEqual(['foo/1', 'bar/1']);
    expect(runs.map(({ tenant }) => tenant).sort()).toEqual(['bar', 'foo']);
    expect(await mail.getCompletedCount()).toBe(2);
    expect(await context.run('bar', () => tenantMail.idOf('1'))).toBe('bar/1');
  });

  it('are deduplicated within their tenant only', async () => {
    const { context, tenantMail, mail } = mails;
    await mail.pause();
    const opts = { deduplication: { id: 'digest' } };
    for (const id of ['foo', 'bar', 'foo']) await context.run(id, () => tenantMail.add('send', { to: id }, opts));
    expect(await mail.count()).toBe(2);
  });

  it('can be added in bulk', async () => {
    const { context, tenantMail, mail, runs } = mails;
    const jobs = ['a', 'b', 'c'].map((to) => ({ name: 'send', data: { to }, opts: { jobId: to } }));
    await context.run('bar', () => tenantMail.addBulk(jobs));
    await until(async () => (await mail.getCompletedCount()) === 3);
    expect(runs.map(({ id, tenant }) => [id, tenant]).sort()).toEqual([
      ['bar/a', 'bar'],
      ['bar/b', 'bar'],
      ['bar/c', 'bar'],
    ]);
  });

  it('of a scheduler belong to the tenant that has set it up, whose ids are its own', async () => {
    const { context, tenantMail, mail, runs } = mails;
    for (const id of ['foo', 'bar'])
      await context.run(id, () => tenantMail.upsertJobScheduler('daily', { every: 3_600_000 }, { data: { to: id } }));
    await until(async () => (await mail.getCompletedCount()) === 2);
    const next = (await mail.getDelayed()) as Job[];
    expect(next).toHaveLength(2);
    await Promise.all(next.map((job) => job.promote()));
    await until(async () => (await mail.getCompletedCount()) === 4);
    expect(runs.map(({ tenant, data }) => `${tenant} ${data.to}`).sort()).toEqual([
      ...['bar bar', 'bar bar', 'foo foo', 'foo foo'],
    ]);
    expect(await context.run('foo', () => tenantMail.removeJobScheduler('daily'))).toBe(true);
    expect((await mail.getJobSchedulers()).map(({ key }) => key)).toEqual(['bar/daily']);
  });

  it('of a flow belong to the tenant that has added it, each sealed for its own queue', async () => {
    const { context, flows, runs } = mails;
    const { job } = await context.run('foo', () =>
      flows.add({
        name: 'send',
        queueName: 'mail',
        data: { to: 'parent' },
        children: [
          { name: 'open', queueName: 'open', data: { to: 'child' }, opts: { jobId: 'c' } },
          { name: 'send', queueName: 'mail', data: { to: 'sibling' } },
        ],
      }),
    );
    expect(await (await finished(job)).getState()).toBe('completed');
    expect(runs.map(({ tenant, data }) => [data.to, tenant]).sort()).toEqual([
      ['child', 'foo'],
      ['parent', 'foo'],
      ['sibling', 'foo'],
    ]);
    expect(runs.map(({ id }) => id)).toContain('foo/c');
  });

  it('cannot be added outside of any tenant', async () => {
    const { tenantMail, mail } = mails;
    await expect(tenantMail.add('send', { to: 'a' })).rejects.toMatchObject({ code: 'MT_CONTEXT_MISSING' });
    expect(await mail.count()).toBe(0);
  });
});
