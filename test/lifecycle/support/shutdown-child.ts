import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  fromPath,
  getTenantClientRegistryToken,
  InMemoryTenantCatalog,
  MultitenancyModule,
  UseTenantClients,
} from '@tenantry/core';
import type { TenantClientRegistry } from '@tenantry/core';

/*
 * An application with Nest's shutdown hooks and one client: node shutdown-child.js express|fastify. Reports to stderr, one line
 * each: the port, each request whose head has arrived, and each client that is disposed.
 */

const report = (line: string): unknown => process.stderr.write(`${line}\n`);

@UseTenantClients('db')
@Controller('t/:tenant')
class WorkController {
  @Post('upload')
  upload(): string {
    return 'uploaded';
  }

  @Get('hang')
  hang(): Promise<never> {
    return new Promise(() => undefined);
  }
}

@Module({
  imports: [
    MultitenancyModule.forRoot({
      catalog: new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]),
      resolvers: [fromPath()],
      shutdown: { incompleteRequestsMs: 50, deadlineMs: 100 },
    }),
    MultitenancyModule.forFeature<object>({
      name: 'db',
      create: () => ({}),
      dispose: (_client, { tenantId }) => void report(`disposed ${tenantId}`),
    }),
  ],
  controllers: [WorkController],
})
class AppModule {}

const adapter = process.argv[2] === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
const app = await NestFactory.create(AppModule, adapter, { logger: false });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
await app.get<TenantClientRegistry<object>>(getTenantClientRegistryToken('db'), { strict: false }).use('foo', () => 1);
const server = app.getHttpServer() as Server;
server.on('request', () => report('request'));
report(`port ${(server.address() as AddressInfo).port}`);
