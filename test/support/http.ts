import type { INestApplication, LoggerService, Type } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { request } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, Agent } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Both platforms; specs run on each. */
export const ADAPTERS = ['express', 'fastify'] as const;
export type AdapterName = (typeof ADAPTERS)[number];

/** Makes an application of one root module that does not listen yet. */
export async function createApp(
  root: Type,
  adapter: AdapterName,
  logger: LoggerService | false = false,
): Promise<INestApplication> {
  const module = await Test.createTestingModule({ imports: [root] }).compile();
  return module.createNestApplication(adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(), { logger });
}

/** Starts an application of one root module on a free loopback port. The caller closes it. */
export async function startApp(
  root: Type,
  adapter: AdapterName,
  logger: LoggerService | false = false,
): Promise<INestApplication> {
  const app = await createApp(root, adapter, logger);
  await app.listen(0, '127.0.0.1');
  return app;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: unknown;
}

export interface HttpCall {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: unknown;
  readonly agent?: Agent;
}

/** The port that an application listens on. */
export function portOf(app: INestApplication): number {
  return (app.getHttpServer() as { address(): AddressInfo }).address().port;
}

/** One HTTP call with exactly the path and headers given; a Host header of the caller's is sent as it is. */
export function call(
  app: INestApplication | number,
  path: string,
  { method = 'GET', headers = {}, body, agent }: HttpCall = {},
): Promise<HttpAnswer> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const port = typeof app === 'number' ? app : portOf(app);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        agent: agent ?? false,
        headers: {
          ...(payload === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: parse(text) });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
