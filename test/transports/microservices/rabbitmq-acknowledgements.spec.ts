import { Controller, Module } from '@nestjs/common';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Ctx,
  EventPattern,
  MessagePattern,
  Payload,
  RmqContext,
  RmqRecordBuilder,
  Transport,
} from '@nestjs/microservices';
import type { RmqOptions } from '@nestjs/microservices';
import { fromPath, InMemoryTenantCatalog, MultitenancyModule, TenantContext } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import { deadLetterRefused, useTenantMessages } from '@tenantry/transports/microservices';
import type { OnRefused } from '@tenantry/transports/microservices';
import amqplib from 'amqplib';
import type { Channel, ConfirmChannel } from 'amqplib';
import { describeOn } from '../../support/brokers.js';
import { until } from '../../support/until.js';
import { uniqueName } from './support/links.js';
import { catalog } from './support/receiver.js';
import { rejection, startSender } from './support/sender.js';
import type { Sender } from './support/sender.js';

const DELAY_MS = 1000;

describeOn('rabbitmq', 'manual acknowledgements on RabbitMQ', (url) => {
  const queue = uniqueName();
  const letters = `${queue}-dead`;
  const handled: unknown[] = [];
  let channel: Channel;
  let closers: (() => Promise<unknown>)[] = [];
  let receiving: InMemoryTenantCatalog;
  let clock: ManualClock;
  let app: INestMicroservice;
  let sender: Sender;

  beforeEach(async () => {
    handled.length = 0;
    receiving = catalog();
    clock = new ManualClock();
    const connection = await amqplib.connect(url);
    channel = await connection.createChannel();
    await channel.assertQueue(letters, { durable: false });
    await channel.assertQueue(queue, deadLettering);
    closers = [() => connection.close(), () => channel.deleteQueue(letters), () => channel.deleteQueue(queue)];
  });

  afterEach(async () => {
    for (const close of closers.reverse()) await close();
  });

  const deadLettering = {
    durable: false,
    arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': letters },
  };

  async function start(onRefused: OnRefused = deadLetterRefused({ clock, requeueDelayMs: DELAY_MS })): Promise<void> {
    @Controller()
    class Handlers {
      constructor(private readonly context: TenantContext) {}

      @EventPattern<string>(`${queue}.happened`)
      async happened(@Payload() data: unknown, @Ctx() context: RmqContext): Promise<void> {
        const message = context.getMessage() as { properties: { headers: Record<string, unknown> } };
        handled.push({ tenant: this.context.tenant.id, data, header: message.properties.headers['x-kind'] });
        (context.getChannelRef() as ConfirmChannel).ack(context.getMessage() as never);
      }

      @MessagePattern(`${queue}.asked`)
      asked(@Payload() data: unknown, @Ctx() context: RmqContext): unknown {
        (context.getChannelRef() as ConfirmChannel).ack(context.getMessage() as never);
        return { tenant: this.context.tenant.id, data };
      }
    }

    @Module({
      imports: [MultitenancyModule.forRoot({ catalog: receiving, resolvers: [fromPath()] })],
      controllers: [Handlers],
    })
    class Root {}

    const client = { urls: [url], queue, queueOptions: deadLettering };
    const options: RmqOptions = { transport: Transport.RMQ, options: { ...client, noAck: false } };
    app = await NestFactory.createMicroservice(Root, { ...options, logger: false });
    closers.push(() => app.close());
    await useTenantMessages(app, { onRefused }).listen();
    sender = await startSender({ transport: Transport.RMQ, options: client });
    closers.push(() => sender.close());
  }

  async function waiting(name: string): Promise<number> {
    return (await channel.checkQueue(name)).messageCount;
  }

  it('sends a refused event to the dead letters, as it came', async () => {
    await start();
    await receiving.suspend('foo');
    await sender.emit('foo', `${queue}.happened`, { n: 1 });
    await until(async () => (await waiting(letters)) === 1);
    const letter = await channel.get(letters, { noAck: true });
    expect(JSON.parse(String(letter && letter.content))).toEqual({
      pattern: `${queue}.happened`,
      data: { $tenant: { v: 1, id: 'foo', gen: 1 }, data: { n: 1 } },
    });
    expect(handled).toEqual([]);
    expect(await consumed()).toBe(true);
  });

  it('requeues an event that an outage stopped, after a wait', async () => {
    await start();
    await sender.catalog.update('foo', { plan: 'gold' });
    await sender.emit('foo', `${queue}.happened`, 2);
    await until(() => clock.pendingTimers === 1);
    await receiving.update('foo', { plan: 'gold' });
    clock.advance(DELAY_MS - 1);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1);
    await until(() => handled.length === 1);
    expect(handled).toEqual([{ tenant: 'foo', data: 2, header: undefined }]);
    expect(await waiting(letters)).toBe(0);
  });

  it('answers the caller of a refused request, and does not requeue it, outage or not', async () => {
    await start();
    await sender.catalog.update('foo', { plan: 'gold' });
    const error = await rejection(sender.ask('foo', `${queue}.asked`, 3));
    expect(error).toMatchObject({ status: 503, code: 'MT_CATALOG_UNAVAILABLE' });
    await until(async () => (await waiting(letters)) === 1);
    expect(clock.pendingTimers).toBe(0);
    expect(await sender.ask('bar', `${queue}.asked`, 4)).toEqual({ tenant: 'bar', data: 4 });
  });

  it('gives an event back when the service stops during the wait', async () => {
    await start();
    await sender.catalog.update('foo', { plan: 'gold' });
    await sender.emit('foo', `${queue}.happened`, 5);
    await until(() => clock.pendingTimers === 1);
    await app.close();
    expect(() => clock.advance(DELAY_MS)).not.toThrow();
    await until(async () => (await waiting(queue)) === 1);
    expect(handled).toEqual([]);
  });

  it('leaves a refused event unacknowledged without onRefused, as Nest does', async () => {
    let refused = 0;
    await start(() => refused++);
    await receiving.suspend('foo');
    await sender.emit('foo', `${queue}.happened`, 6);
    await until(() => refused === 1);
    expect([await waiting(queue), await waiting(letters)]).toEqual([0, 0]);
    await app.close();
    await until(async () => (await waiting(queue)) === 1);
  });

  it('keeps the headers of a record', async () => {
    await start();
    const record = new RmqRecordBuilder({ n: 7 }).setOptions({ headers: { 'x-kind': 'seven' } }).build();
    await sender.emit('bar', `${queue}.happened`, record);
    await until(() => handled.length === 1);
    expect(handled).toEqual([{ tenant: 'bar', data: { n: 7 }, header: 'seven' }]);
  });

  /** Nothing is left behind when the service gives back what it holds. */
  async function consumed(): Promise<boolean> {
    await app.close();
    return (await waiting(queue)) === 0;
  }
});
