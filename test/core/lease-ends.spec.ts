import { Controller, Get, Inject, Injectable, Module, Res } from '@nestjs/common';
import type { DynamicModule, INestApplication, MiddlewareConsumer, Type } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import {
  fromPath,
  getTenantClientRegistryToken,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
} from '@tenantry/core';
import type { TenantClientRegistry } from '@tenantry/core';
import { Agent } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { ADAPTERS, call, portOf, startApp } from '../support/http.js';
import { until } from '../support/until.js';

interface Db {
  readonly whose: string;
}

const tenancy = (prefix: string): DynamicModule =>
  MultitenancyModule.forRoot({
    catalog: new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]),
    resolvers: [fromPath({ prefix })],
  });
const db = MultitenancyModule.forFeature<Db>({ name: 'db', create: ({ id }) => ({ whose: id }) });

const leasesOf = (app: INestApplication): number =>
  app.get<TenantClientRegistry<Db>>(getTenantClientRegistryToken('db'), { strict: false }).stats().leases;

describe.each(ADAPTERS)('a client of a request on %s', (adapter) => {
  const found: string[] = [];
  let responses: ServerResponse[];
  let app: INestApplication;

  @Controller('t/:domain')
  class CloseController {
    constructor(@InjectTenantClient('db') private readonly client: Db) {}

    @Get('answered')
    answered(@Res({ passthrough: true }) response: ServerResponse & { raw?: ServerResponse }): object {
      this.#lookWhenClosed(response.raw ?? response);
      return { whose: this.client.whose };
    }

    @Get('unanswered')
    unanswered(@Res() response: ServerResponse & { raw?: ServerResponse }): void {
      this.#lookWhenClosed(response.raw ?? response);
    }

    #lookWhenClosed(response: ServerResponse): void {
      responses.push(response);
      response.on('close', () => {
        try {
          found.push(this.client.whose);
        } catch (error) {
          found.push((error as { code: string }).code);
        }
      });
    }
  }

  @Module({ imports: [tenancy('t'), db], controllers: [CloseController] })
  class AppModule {}

  beforeEach(async () => {
    found.splice(0);
    responses = [];
    app = await startApp(AppModule, adapter);
  });
  afterEach(() => app.close());

  it('is released when its response emits close, whether it was answered or not, first on its socket or not', async () => {
    expect((await call(app, '/t/foo.com/answered')).json).toEqual({ whose: 'foo' });
    await until(() => found.length === 1);
    for (const paths of [['unanswered'], ['answered', 'unanswered']]) {
      const [before, closed] = [responses.length, found.length];
      const socket = connect(portOf(app), '127.0.0.1');
      for (const [at, path] of paths.entries()) {
        socket.write(`GET /t/foo.com/${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
        // What is answered closes at once.
        const isLast = at === paths.length - 1;
        await until(() => responses.length === before + at + 1 && found.length === closed + at + Number(!isLast));
      }
      socket.destroy();
      await until(() => found.length === closed + paths.length);
    }
    expect(found).toEqual(Array.from({ length: 4 }, () => 'MT_CLIENT_NOT_ACQUIRED'));
    expect(leasesOf(app)).toBe(0);
  });
});

describe('a client of a request', () => {
  @Injectable()
  class DbNames {
    constructor(@InjectTenantClient('db') private readonly client: Db) {}
    name(): string {
      return this.client.whose;
    }
  }

  @Injectable()
  class FixedNames {
    name(): string {
      return 'fixed';
    }
  }

  @Controller('t/:domain')
  class NamesController {
    constructor(@Inject('names') private readonly names: DbNames | FixedNames) {}
    @Get('name')
    get(): object {
      return { name: this.names.name() };
    }
  }

  @Module({ imports: [db], providers: [{ provide: 'names', useClass: DbNames }], controllers: [NamesController] })
  class DbModule {}
  @Module({ providers: [{ provide: 'names', useClass: FixedNames }], controllers: [NamesController] })
  class FixedModule {}

  const startWith = async (modules: Type[], middleware?: RequestListener): Promise<INestApplication> => {
    const routes = [
      { path: 'db', module: DbModule },
      { path: 'fixed', module: FixedModule },
    ];
    @Module({ imports: [tenancy('*/t'), ...modules, RouterModule.register(routes)] })
    class AppModule {
      configure(consumer: MiddlewareConsumer): void {
        if (middleware !== undefined) consumer.apply(middleware).forRoutes('*path');
      }
    }
    return startApp(AppModule, 'express');
  };

  it.each([
    ['first', [DbModule, FixedModule]],
    ['last', [FixedModule, DbModule]],
  ])('is there where a controller stands in two modules, and the one that needs it is %s', async (_place, modules) => {
    const app = await startWith(modules);
    try {
      expect((await call(app, '/db/t/foo.com/name')).json).toEqual({ name: 'foo' });
      expect((await call(app, '/fixed/t/foo.com/name')).json).toEqual({ name: 'fixed' });
    } finally {
      await app.close();
    }
  });

  it('goes back with the answer, though an Express application stands in front as middleware', async () => {
    const other = new ExpressAdapter().getInstance<{ use(handler: unknown): void } & RequestListener>();
    other.use((_request: unknown, _response: unknown, next: () => void) => next());
    const app = await startWith([DbModule], other);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      for (let time = 0; time < 2; time += 1) {
        expect((await call(app, '/db/t/foo.com/name', { agent })).json).toEqual({ name: 'foo' });
        await until(() => leasesOf(app) === 0);
      }
    } finally {
      agent.destroy();
      await app.close();
    }
  });
});
