import { ApolloDriver } from '@nestjs/apollo';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { fromHeader, fromHost, fromPath } from '@tenantry/core';
import { call, portOf, startApp } from '../../support/http.js';
import type { AdapterName } from '../../support/http.js';
import { WebSocket } from 'ws';
import { FaultyCatalog, tenantModules } from '../tenant-fixture.js';
import { OpenResolver, Owners, ProjectResolver, ThingQueries, ThingResolver } from './projects.resolvers.js';

/** A running GraphQL application. */
export interface GraphqlApp {
  readonly app: INestApplication;
  readonly catalog: FaultyCatalog;
  readonly owners: Owners;
}

/** Starts it at one path; the caller closes it. */
export async function startGraphqlApp(
  adapter: AdapterName,
  options: Partial<ApolloDriverConfig> = {},
): Promise<GraphqlApp> {
  const catalog = new FaultyCatalog();
  const resolvers = [
    fromPath(),
    fromHost({ baseDomain: 'app.test' }),
    fromHeader({ name: 'x-tenant', trustedProxies: ['127.0.0.1'] }),
  ];
  const membership = (user: unknown, { id }: { id: string }): boolean =>
    (user as { name: string }).name === `ann of ${id}`;
  @Module({
    imports: [
      ...tenantModules(catalog, { resolvers, membership }),
      GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true, ...options }),
    ],
    providers: [ProjectResolver, ThingQueries, ThingResolver, OpenResolver, Owners],
  })
  class AppModule {}
  const app = await startApp(AppModule, adapter);
  return { app, catalog, owners: app.get(Owners) };
}

/** What GraphQL answers. */
export interface GraphqlAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

/** Asks over real HTTP. */
export async function ask(
  { app }: GraphqlApp,
  query: string,
  headers: Record<string, string> = {},
  path = '/graphql',
): Promise<GraphqlAnswer> {
  const { json } = await call(app, path, { method: 'POST', headers, body: { query } });
  return json as GraphqlAnswer;
}

/** Subscribes over WebSocket, in the protocol graphql-transport-ws; the first answer to it. */
export async function subscribe({ app }: GraphqlApp, query: string, headers: Record<string, string>): Promise<unknown> {
  const socket = new WebSocket(`ws://127.0.0.1:${portOf(app)}/graphql`, 'graphql-transport-ws', { headers });
  const send = (message: object): void => socket.send(JSON.stringify(message));
  try {
    return await new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', (code) => reject(new Error(`closed with ${code}`)));
      socket.on('open', () => send({ type: 'connection_init' }));
      socket.on('message', (raw: Buffer) => {
        const message = JSON.parse(raw.toString()) as { type: string };
        if (message.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: { query } });
        else resolve(message);
      });
    });
  } finally {
    socket.terminate();
  }
}
