import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { TENANT_AUDIT_CHANNEL } from '@tenantry/core';
import type { TenantAuditEvent } from '@tenantry/core';
import { lastValueFrom, toArray } from 'rxjs';
import { until } from '../../support/until.js';
import { links } from './support/links.js';
import { startReceiver } from './support/receiver.js';
import type { Receiver, ReceiverOptions, Visit } from './support/receiver.js';
import { rejection, startSender } from './support/sender.js';
import type { Sender } from './support/sender.js';

const SECRET = 'a secret of both sides';
const OTHER_SECRET = 'a secret of neither side';

describe.each(links())('messages of tenants on %s', (_name, makeLink) => {
  const closers: (() => Promise<unknown>)[] = [];

  async function start(
    options: ReceiverOptions = {},
    senderSecrets = options.secrets,
  ): Promise<{ receiver: Receiver; sender: Sender; at: (name: string) => string }> {
    const link = makeLink();
    const receiver = await startReceiver(link, options);
    closers.push(() => receiver.app.close());
    const sender = await startSender(link.client(receiver.app), senderSecrets);
    closers.push(() => sender.close());
    return { receiver, sender, at: (name) => `${link.prefix}.${name}` };
  }

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  it('gives a request the tenant and the client of its sender, and the reply back', async () => {
    const { receiver, sender, at } = await start();
    expect(await sender.ask('foo', at('whose'), { n: 1 })).toEqual({
      handler: 'whose',
      tenant: 'foo',
      client: 'foo',
      data: { n: 1 },
    });
    await until(() => receiver.leases() === 0);
  });

  it('gives the handler the data as it was sent, also when that is no object', async () => {
    const { sender, at } = await start({ secrets: [SECRET] });
    for (const data of ['text', 0, false, [1, { a: null }], { data: { $tenant: 1 } }]) {
      expect(await sender.ask<Visit>('foo', at('whose'), data)).toMatchObject({ data });
    }
  });

  it('finds the same purpose for a pattern that is an object, whatever the order of its keys', async () => {
    const { sender, at } = await start({ secrets: [SECRET] });
    const cmd = at('').slice(0, -1);
    const answer = await sender.ask('bar', { cmd, about: { b: 1, a: 'x' } }, 1);
    expect(answer).toMatchObject({ handler: 'objectPattern', tenant: 'bar' });
  });

  it('runs every handler of an event in the tenant of its sender', async () => {
    const { receiver, sender, at } = await start({ secrets: [SECRET] });
    await sender.emit('bar', at('happened'), { n: 2 });
    await until(() => receiver.visits.length === 2);
    for (const handler of ['happened', 'happenedToo']) {
      expect(receiver.visits).toContainEqual({ handler, tenant: 'bar', client: 'bar', data: { n: 2 } });
    }
    await until(() => receiver.leases() === 0);
  });

  it('keeps the tenant through a stream of replies, and gives the client back when it is over', async () => {
    const { receiver, sender, at } = await start();
    const replies = await sender.context.run('foo', () =>
      lastValueFrom(sender.client.send(at('stream'), 5).pipe(toArray())),
    );
    expect(replies).toEqual(['foo:0', 'foo:1', 'foo:2', 'foo:3', 'foo:4']);
    await until(() => receiver.leases() === 0);
  });

  it('holds the client while a stream lasts', async () => {
    const { receiver, sender, at } = await start();
    const replies: unknown[] = [];
    let over = false;
    await sender.context.run('foo', async () => {
      sender.client
        .send(at('endless'), 1)
        .subscribe({ next: (reply) => replies.push(reply), complete: () => (over = true) });
    });
    await until(() => receiver.ticks.observed);
    receiver.ticks.next(1);
    await until(() => replies.length === 1);
    expect(receiver.leases()).toBe(1);
    receiver.ticks.complete();
    await until(() => over && receiver.leases() === 0);
    expect(replies).toEqual(['tick:1']);
  });

  it.each(['failing', 'failing-stream'])('gives the client back when a handler fails (%s)', async (name) => {
    const { receiver, sender, at } = await start();
    const error = await rejection(sender.ask('foo', at(name), 1));
    expect(error).toEqual({ status: 'error', message: 'Internal server error' });
    await until(() => receiver.leases() === 0);
    expect(receiver.errorDetail).toEqual([]);
  });

  it('does not count as refused what a handler throws itself, also an error of this library', async () => {
    const { receiver, sender, at } = await start();
    expect(await rejection(sender.ask('foo', at('failing-elsewhere'), 1))).toMatchObject({ code: 'MT_TENANT_UNKNOWN' });
    expect(receiver.errorDetail).toEqual([]);
    await until(() => receiver.leases() === 0);
  });

  it('keeps two tenants apart in 200 interleaved messages', async () => {
    const { receiver, sender, at } = await start({ secrets: [SECRET] });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => sender.ask<Visit>(n % 2 === 0 ? 'foo' : 'bar', at('whose'), n)),
    );
    answers.forEach((answer, n) => {
      const tenant = n % 2 === 0 ? 'foo' : 'bar';
      expect(answer).toEqual({ handler: 'whose', tenant, client: tenant, data: n });
    });
    await until(() => receiver.leases() === 0);
  });

  it('refuses a message whose tenant was suspended after it was sealed, and publishes an audit event', async () => {
    const { receiver, sender, at } = await start({ secrets: [SECRET] });
    const sealed = await sender.context.run('foo', async () => sender.messages.seal(at('whose'), 1));
    await receiver.catalog.suspend('foo');
    const events = await auditedDuring(async () => {
      expect(await sender.refusalOf(at('whose'), sealed)).toMatchObject({ status: 403, code: 'MT_TENANT_SUSPENDED' });
    });
    expect(events).toEqual([
      {
        type: 'messageRefused',
        transport: 'rpc',
        purpose: at('whose'),
        code: 'MT_TENANT_SUSPENDED',
        tenantId: 'foo',
        applicationId: expect.any(String),
      },
    ]);
    expect(receiver.visits).toEqual([]);
    expect(receiver.leases()).toBe(0);
  });

  it('calls onRefused for a refused event, with what came in and why', async () => {
    const { receiver, sender, at } = await start();
    await receiver.catalog.suspend('bar');
    await sender.emit('bar', at('happened'), { n: 3 });
    await until(() => receiver.errorDetail.length === 2);
    expect(receiver.errorDetail[0]).toMatchObject({
      kind: 'event',
      purpose: at('happened'),
      message: { $tenant: { v: 1, id: 'bar' }, data: { n: 3 } },
      error: { code: 'MT_TENANT_SUSPENDED' },
    });
    expect(receiver.errorDetail[0]?.context).toHaveProperty('getArgs');
    expect(receiver.visits).toEqual([]);
  });

  it('refuses tenants that are deleted, unknown here, or still being set up', async () => {
    const { receiver, sender, at } = await start();
    await receiver.catalog.delete('foo');
    await sender.catalog.create({ id: 'elsewhere', domain: 'elsewhere.com' });
    await sender.catalog.activate('new');
    expect(await rejection(sender.ask('foo', at('whose'), 1))).toMatchObject({ code: 'MT_TENANT_UNKNOWN' });
    expect(await rejection(sender.ask('elsewhere', at('whose'), 1))).toMatchObject({ code: 'MT_TENANT_UNKNOWN' });
    expect(await rejection(sender.ask('new', at('whose'), 1))).toMatchObject({
      status: 503,
      code: 'MT_TENANT_PROVISIONING',
    });
    expect(receiver.errorDetail.map(({ kind }) => kind)).toEqual(['request', 'request', 'request']);
  });

  it('counts a catalog that is behind the sender as an outage, until it has caught up', async () => {
    const { receiver, sender, at } = await start();
    await sender.catalog.update('foo', { plan: 'gold' });
    expect(await rejection(sender.ask('foo', at('whose'), 1))).toMatchObject({
      status: 503,
      code: 'MT_CATALOG_UNAVAILABLE',
    });
    await receiver.catalog.update('foo', { plan: 'gold' });
    expect(await sender.ask<Visit>('foo', at('whose'), 1)).toMatchObject({ tenant: 'foo' });
  });

  it.each([
    ['null', null],
    ['a text', 'foo'],
    ['an array', ['foo']],
    ['an unknown version', { v: 2, id: 'foo', gen: 1 }],
    ['no version', { id: 'foo', gen: 1 }],
    ['an id that is none', { v: 1, id: '../foo', gen: 1 }],
    ['a generation that is none', { v: 1, id: 'foo', gen: -1 }],
    ['a signature that is no text', { v: 1, id: 'foo', gen: 1, mac: 7 }],
  ])('refuses a malformed envelope: %s', async (_what, $tenant) => {
    const { receiver, sender, at } = await start();
    expect(await sender.refusalOf(at('whose'), { $tenant, data: 1 })).toMatchObject({
      status: 400,
      code: 'MT_ENVELOPE_INVALID',
    });
    expect(receiver.visits).toEqual([]);
  });

  it('refuses a signature of other data, of another pattern, of another secret, and none at all', async () => {
    const { receiver, sender, at } = await start({ secrets: [SECRET] });
    const sealed = await sender.context.run('foo', async () => sender.messages.seal(at('whose'), 1));
    const elsewhere = await sender.context.run('foo', async () => sender.messages.seal(at('stream'), 1));
    const { mac, ...unsigned } = sealed.$tenant;
    const forgeries = [
      { ...sealed, data: 2 },
      elsewhere,
      { ...sealed, $tenant: { ...sealed.$tenant, id: 'bar' } },
      { ...sealed, $tenant: { ...sealed.$tenant, gen: 0 } },
      { ...sealed, $tenant: { ...unsigned, mac: `${mac?.slice(1)}A` } },
      { ...sealed, $tenant: unsigned },
    ];
    for (const forgery of forgeries) {
      expect(await sender.refusalOf(at('whose'), forgery)).toMatchObject({
        status: 401,
        code: 'MT_ENVELOPE_UNTRUSTED',
      });
    }
    expect(receiver.visits).toEqual([]);
    expect(receiver.errorDetail.map(({ error }) => error.code)).toEqual(forgeries.map(() => 'MT_ENVELOPE_UNTRUSTED'));
  });

  it('takes every secret of a rotation, and no other', async () => {
    const old = await start({ secrets: ['the coming secret', SECRET] }, [SECRET]);
    expect(await old.sender.ask<Visit>('foo', old.at('whose'), 1)).toMatchObject({ tenant: 'foo' });
    const foreign = await start({ secrets: ['the coming secret', SECRET] }, [OTHER_SECRET]);
    const error = await rejection(foreign.sender.ask('foo', foreign.at('whose'), 1));
    expect(error).toMatchObject({ code: 'MT_ENVELOPE_UNTRUSTED' });
  });

  it('wants a tenant where the handler does not say otherwise', async () => {
    const { receiver, sender, at } = await start();
    expect(await sender.refusalOf(at('whose'), { n: 1 })).toMatchObject({ status: 400, code: 'MT_TENANT_REQUIRED' });
    expect(receiver.errorDetail).toMatchObject([{ error: { code: 'MT_TENANT_REQUIRED' }, message: { n: 1 } }]);
  });

  it('lets messages without a tenant reach a handler marked @TenantOptional()', async () => {
    const { sender, at } = await start({ secrets: [SECRET] });
    const answer = await sender.raw.send(at('optional'), { n: 1 }).toPromise();
    expect(answer).toEqual({ handler: 'optional', tenant: null, data: { n: 1 } });
    expect(await sender.ask('foo', at('optional'), 2)).toEqual({ handler: 'optional', tenant: 'foo', data: 2 });
  });

  it('keeps @SuperTenantOnly() handlers for a super tenant whose envelope is signed', async () => {
    const { receiver, sender, at } = await start({ secrets: [SECRET] });
    expect(await sender.ask('super', at('operator'), 1)).toMatchObject({ tenant: 'super' });
    expect(await rejection(sender.ask('foo', at('operator'), 1))).toMatchObject({ code: 'MT_TENANT_FORBIDDEN' });
    expect(receiver.errorDetail).toMatchObject([{ error: { code: 'MT_TENANT_FORBIDDEN' } }]);
    const unsigned = await start();
    const error = await rejection(unsigned.sender.ask('super', unsigned.at('operator'), 1));
    expect(error).toMatchObject({ code: 'MT_TENANT_FORBIDDEN' });
  });

  it('counts as refused what stops before the handler for lack of a client, and leaves no client in use', async () => {
    const { receiver, sender, at } = await start({
      createClient: () => {
        throw new Error('no database');
      },
    });
    expect(await rejection(sender.ask('foo', at('whose'), 1))).toMatchObject({
      status: 503,
      code: 'MT_CLIENT_CREATE_FAILED',
    });
    expect(receiver.errorDetail).toMatchObject([{ error: { code: 'MT_CLIENT_CREATE_FAILED' } }]);
    expect(receiver.leases()).toBe(0);
  });

  it('leaves what the guards of the application refuse to the application', async () => {
    const { receiver, sender, at } = await start();
    const error = await rejection(sender.ask('foo', at('forbidden'), 1));
    expect(error).toMatchObject({ message: 'Forbidden resource' });
    expect(receiver.errorDetail).toEqual([]);
    expect(receiver.leases()).toBe(0);
  });

  it('leaves handlers to their own guards with guard: manual, and still throws when the tenant is read', async () => {
    const { receiver, sender, at } = await start({ guard: 'manual', secrets: [SECRET] });
    expect(await sender.ask<Visit>('foo', at('whose'), 1)).toMatchObject({ tenant: 'foo', client: 'foo' });
    const answer = await sender.raw.send<string>(at('bystander'), { n: 1 }).toPromise();
    expect(answer).toMatch(/Context$/);
    await receiver.catalog.suspend('foo');
    expect(await rejection(sender.ask('foo', at('whose'), 1))).toMatchObject({ code: 'MT_TENANT_SUSPENDED' });
  });

  it('seals at the call, and not at the subscription', async () => {
    const { sender, at } = await start();
    const cold = await sender.context.run('foo', async () => ({ reply: sender.client.send<Visit>(at('whose'), 1) }));
    const answer = await sender.context.run('bar', () => lastValueFrom(cold.reply));
    expect(answer).toMatchObject({ tenant: 'foo', client: 'foo' });
  });

  it('does not send outside of a tenant', async () => {
    const { sender, at } = await start();
    expect(() => sender.client.send(at('whose'), 1)).toThrow(expect.objectContaining({ code: 'MT_CONTEXT_MISSING' }));
    expect(() => sender.client.emit(at('happened'), 1)).toThrow(
      expect.objectContaining({ code: 'MT_CONTEXT_MISSING' }),
    );
  });

  it('delivers each reply in the context of its call', async () => {
    const { sender, at } = await start();
    const seen = await Promise.all(
      ['foo', 'bar', 'foo'].map((id) =>
        sender.context.run(id, async () => {
          const tenants: unknown[] = [];
          await new Promise<void>((resolve, reject) => {
            sender.client.send(at('stream'), 3).subscribe({
              next: () => tenants.push(sender.context.tenantOrNull?.id),
              complete: resolve,
              error: reject,
            });
          });
          return tenants;
        }),
      ),
    );
    expect(seen).toEqual([
      ['foo', 'foo', 'foo'],
      ['bar', 'bar', 'bar'],
      ['foo', 'foo', 'foo'],
    ]);
  });
});

async function auditedDuring(work: () => Promise<void>): Promise<TenantAuditEvent[]> {
  const events: TenantAuditEvent[] = [];
  const listener = (event: unknown): void => void events.push(event as TenantAuditEvent);
  subscribe(TENANT_AUDIT_CHANNEL, listener);
  try {
    await work();
  } finally {
    unsubscribe(TENANT_AUDIT_CHANNEL, listener);
  }
  return events;
}
