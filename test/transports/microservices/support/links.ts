import { randomBytes } from 'node:crypto';
import type { AddressInfo, Server } from 'node:net';
import type { INestMicroservice } from '@nestjs/common';
import { Transport } from '@nestjs/microservices';
import type { ClientProvider, MicroserviceOptions, NatsOptions, RedisOptions, RmqOptions } from '@nestjs/microservices';
import { brokers } from '../../../support/brokers.js';

/** A transport with everything that a test needs to use it alone on a shared broker. */
export interface Link {
  readonly name: string;
  /** Put before every pattern: subjects and channels are shared with other users of the broker. */
  readonly prefix: string;
  readonly server: MicroserviceOptions;
  /** How to reach a server that listens. */
  client(app: INestMicroservice): ClientProvider;
}

type MakeLink = () => Link;

/** The transports that can be tested here: TCP always, the others where their broker is. */
export function links(): readonly (readonly [name: string, make: MakeLink])[] {
  const { nats, redis, rabbitmq } = brokers();
  return [
    ['TCP', tcp],
    ...(nats === undefined ? [] : [['NATS', () => onNats(nats)] as const]),
    ...(redis === undefined ? [] : [['Redis', () => onRedis(redis)] as const]),
    ...(rabbitmq === undefined ? [] : [['RabbitMQ', () => onRabbitMq(rabbitmq)] as const]),
  ];
}

/** TCP on a free port of loopback. */
export function tcp(): Link {
  return {
    name: 'TCP',
    prefix: uniqueName(),
    server: { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } },
    client: (app) => {
      const { port } = app.unwrap<Server>().address() as AddressInfo;
      return { transport: Transport.TCP, options: { host: '127.0.0.1', port } };
    },
  };
}

function onNats(url: string): Link {
  const options: NatsOptions = { transport: Transport.NATS, options: { servers: [url] } };
  return { name: 'NATS', prefix: uniqueName(), server: options, client: () => options };
}

function onRedis(url: string): Link {
  const { hostname, port, username, password } = new URL(url);
  const credentials = { ...(username && { username }), ...(password && { password }) };
  const options: RedisOptions = {
    transport: Transport.REDIS,
    options: { host: hostname, port: Number(port || 6379), ...credentials },
  };
  return { name: 'Redis', prefix: uniqueName(), server: options, client: () => options };
}

function onRabbitMq(url: string): Link {
  const prefix = uniqueName();
  const options: RmqOptions = {
    transport: Transport.RMQ,
    options: { urls: [url], queue: prefix, queueOptions: { durable: false, autoDelete: true } },
  };
  return { name: 'RabbitMQ', prefix, server: options, client: () => options };
}

/** A unique name. */
export function uniqueName(): string {
  return `tenantry-test-${randomBytes(6).toString('hex')}`;
}
