import { Body, Controller, Get, Injectable, Module, Param, Post } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import {
  fromPath,
  getTenantClientRegistryToken,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantContext,
} from '@tenantry/core';
import type { TenantClientRegistry } from '@tenantry/core';
import type { PooledStrategy } from '@tenantry/postgres';
import { onBoundPool } from '../../isolation/support/isolated-data.js';
import type { PooledData } from '../../isolation/support/isolated-data.js';
import { A, B } from '../../isolation/support/tenants-server.js';
import { call, startApp } from '../../support/http.js';
import { until } from '../../support/until.js';
import type { Project } from '../support/project-store.js';
import { processesOf } from '../support/server-processes.js';
import { PrismaClient } from './generated/client.js';
import { prismaOn } from './prisma-on.js';

@Injectable()
class Projects {
  constructor(
    @InjectTenantClient('db') private readonly db: PrismaClient,
    private readonly context: TenantContext,
  ) {}

  list(): Promise<Project[]> {
    return this.db.project.findMany({ orderBy: { id: 'asc' } });
  }

  async createInTransaction(project: Project): Promise<void> {
    await this.db.$transaction(async (tx) => {
      await tx.project.create({ data: project });
      if (project.body.endsWith('bad')) throw new Error('on purpose');
    });
  }

  async createInBatch(project: Project): Promise<void> {
    await this.db.$transaction([
      this.db.project.create({ data: project }),
      this.db.$executeRaw`update project set body = body || '!' where id = ${project.id}`,
    ]);
  }

  listOf(tenantId: string): Promise<Project[]> {
    return this.context.run(tenantId, () => this.list(), { clients: ['db'] });
  }

  /** Prisma begins when its promise is waited for: here that of the own tenant after that of the other. */
  async listOfBoth(tenantId: string): Promise<Project[][]> {
    const own = this.list();
    return [await this.listOf(tenantId), await own];
  }
}

@Controller('t/:domain/projects')
class ProjectsController {
  constructor(private readonly projects: Projects) {}

  @Get()
  list(): Promise<Project[]> {
    return this.projects.list();
  }

  @Post()
  create(@Body() project: Project): Promise<void> {
    return this.projects.createInTransaction(project);
  }

  @Post('batch')
  createInBatch(@Body() project: Project): Promise<void> {
    return this.projects.createInBatch(project);
  }

  @Get('with/:other')
  listOfBoth(@Param('other') other: string): Promise<Project[][]> {
    return this.projects.listOfBoth(other);
  }
}

function rootOn(strategy: PooledStrategy): Type {
  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog([
          { id: A, domain: 'a.com' },
          { id: B, domain: 'b.com' },
        ]),
        resolvers: [fromPath()],
      }),
      MultitenancyModule.forFeature({
        name: 'db',
        create: async (tenant) => prismaOn(await strategy.connectionOf(tenant)),
        dispose: (prisma) => prisma.$disconnect(),
      }),
    ],
    controllers: [ProjectsController],
    providers: [Projects],
  })
  class AppModule {}
  return AppModule;
}

describe('Prisma behind HTTP', () => {
  let data: PooledData;
  let app: INestApplication;
  beforeAll(async () => {
    data = await onBoundPool();
    app = await startApp(rootOn(data.strategy), 'express');
  });
  beforeEach(() => data.reset());
  afterAll(async () => {
    await app.close();
    await until(async () => (await processesOf(data)).length === 0);
    await data.close();
  });

  const list = async (domain: string): Promise<unknown> => (await call(app, `/t/${domain}/projects`)).json;
  const rowsOf = (tenantId: string): Project[] => [1, 2].map((id) => ({ id, body: `${tenantId} ${id}` }));
  const post = (path: string, body: Project): Promise<{ status: number }> =>
    call(app, `/t/${path}`, { method: 'POST', body });

  it('serves each tenant its own rows, with one client for each', async () => {
    expect(await Promise.all(['a.com', 'b.com', 'a.com'].map(list))).toEqual([rowsOf(A), rowsOf(B), rowsOf(A)]);
    const registry = app.get<TenantClientRegistry<object>>(getTenantClientRegistryToken('db'), { strict: false });
    expect(registry.stats()).toMatchObject({ size: 2, leases: 0, failures: 0 });
  });

  it('keeps what a transaction did, and nothing of one that threw', async () => {
    expect(await post('a.com/projects', { id: 3, body: `${A} 3` })).toMatchObject({ status: 201 });
    expect(await post('a.com/projects', { id: 4, body: `${A} bad` })).toMatchObject({ status: 500 });
    expect(await list('a.com')).toEqual([...rowsOf(A), { id: 3, body: `${A} 3` }]);
    expect(await list('b.com')).toEqual(rowsOf(B));
  });

  it('does the steps of a batch for the tenant of the request', async () => {
    expect(await post('b.com/projects/batch', { id: 3, body: `${B} 3` })).toMatchObject({ status: 201 });
    expect(await list('b.com')).toEqual([...rowsOf(B), { id: 3, body: `${B} 3!` }]);
    expect(await list('a.com')).toEqual(rowsOf(A));
  });

  it('works for the tenant in whose context it was called, though it begins later', async () => {
    expect((await call(app, `/t/a.com/projects/with/${B}`)).json).toEqual([rowsOf(B), rowsOf(A)]);
  });

  it('keeps interleaved transactions of two tenants apart', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => n + 10);
    const answers = await Promise.all(
      ids.map((id) =>
        id % 2 === 0
          ? post('a.com/projects', { id, body: `${A} ${id}` })
          : post('b.com/projects', { id, body: `${B} bad` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
    expect((await data.bodiesOf(A)).filter((body) => body.startsWith(`${A} `))).toHaveLength(52);
    expect(await list('b.com')).toEqual(rowsOf(B));
  });
});
