import { TenantContext } from '@tenantry/core';
import { ScopeHooks } from '@tenantry/core/spi';
import type { HookedScope, ScopeExit } from '@tenantry/core/spi';
import type { INestApplicationContext } from '@nestjs/common';
import { brokers } from '../../support/brokers.js';
import { until } from '../../support/until.js';
import { startMailApp } from '../bullmq/mail-app.js';
import { links } from '../microservices/support/links.js';
import { startReceiver } from '../microservices/support/receiver.js';
import { rejection, startSender } from '../microservices/support/sender.js';
import { socketBench } from '../websockets/support/bench.js';
import { plainGateway } from '../websockets/support/gateways.js';
import { PLATFORMS } from '../websockets/support/peer.js';

const { redis } = brokers(['redis']);

/** Writes down each scope that opens and ends. */
function journalOf(app: INestApplicationContext): string[] {
  const lines: string[] = [];
  app.get(ScopeHooks, { strict: false }).add({
    opened: ({ tenant }: HookedScope): Promise<ScopeExit> => {
      lines.push(`+${tenant.id}`);
      return Promise.resolve(() => lines.push(`-${tenant.id}`));
    },
  });
  return lines;
}

const refusal = {
  opened: (): never => {
    throw new Error('not now');
  },
};

describe.each(links().slice(0, 1))('scope hooks of messages on %s', (_name, makeLink) => {
  it('run around each message, and refuse it where they throw', async () => {
    const link = makeLink();
    const receiver = await startReceiver(link);
    const sender = await startSender(link.client(receiver.app));
    try {
      const lines = journalOf(receiver.app);
      expect(await sender.ask('foo', `${link.prefix}.whose`, 1)).toMatchObject({ tenant: 'foo' });
      await until(() => lines.length === 2);
      expect(lines).toEqual(['+foo', '-foo']);
      receiver.app.get(ScopeHooks, { strict: false }).add(refusal);
      expect(await rejection(sender.ask('bar', `${link.prefix}.whose`, 1))).toBeDefined();
      await until(() => lines.length === 4);
      expect([receiver.visits.filter(({ tenant }) => tenant === 'bar'), receiver.leases()]).toEqual([[], 0]);
    } finally {
      await sender.close();
      await receiver.app.close();
    }
  });
});

describe.each(PLATFORMS)('scope hooks of socket messages on %s', (platform) => {
  const bench = socketBench();

  it('run around each message, and refuse it where they throw', async () => {
    const fixture = await bench.start({ platform, gateways: [plainGateway()] });
    const lines = journalOf(fixture.app);
    const peer = bench.join(platform, fixture, 'a');
    peer.send('tenant');
    expect(await peer.next('tenant')).toEqual({ id: 'a' });
    await until(() => lines.length === 2);
    expect(lines).toEqual(['+a', '-a']);
    fixture.app.get(ScopeHooks).add(refusal);
    peer.send('tenant');
    expect(await peer.next('exception')).toMatchObject({ code: 'MT_HOOK_FAILED' });
    await fixture.settled();
  });
});

describe.each(redis === undefined ? [] : [redis])('scope hooks of jobs on %s', (url) => {
  it('run around each job', async () => {
    const mails = await startMailApp(url);
    try {
      const lines = journalOf(mails.app);
      const context = mails.app.get(TenantContext);
      await context.run('foo', () => mails.tenantMail.add('send', { to: 'x' }));
      await until(async () => (await mails.mail.getCompletedCount()) === 1 && lines.length === 4);
      expect(lines).toEqual(['+foo', '-foo', '+foo', '-foo']);
    } finally {
      await mails.stop();
    }
  });
});
