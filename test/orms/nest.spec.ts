import { Body, Controller, Get, Injectable, Module, Param, Post } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { ClsPluginTransactional, Propagation, Transactional, TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapter } from '@nestjs-cls/transactional';
import { TransactionalAdapterDrizzleOrm } from '@nestjs-cls/transactional-adapter-drizzle-orm';
import { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import {
  fromPath,
  getTenantClientRegistryToken,
  getTenantClientToken,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantContext,
} from '@tenantry/core';
import type { TenantClientRegistry } from '@tenantry/core';
import type { PooledStrategy } from '@tenantry/postgres';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { ClsModule } from 'nestjs-cls';
import type { ClsPlugin } from 'nestjs-cls';
import type { DataSource } from 'typeorm';
import { onBoundPool } from '../isolation/support/isolated-data.js';
import type { PooledData } from '../isolation/support/isolated-data.js';
import { A, B } from '../isolation/support/tenants-server.js';
import { call, startApp } from '../support/http.js';
import { until } from '../support/until.js';
import { drizzleOn, project } from './support/drizzle-store.js';
import type { PoolDatabase } from './support/drizzle-store.js';
import type { Project } from './support/project-store.js';
import { quietPool } from './support/quiet-pool.js';
import { processesOf } from './support/server-processes.js';
import { connectedSource, ProjectEntity } from './support/typeorm-store.js';

/** What both ORMs do behind one controller. */
abstract class ProjectsService {
  abstract list(): Promise<Project[]>;
  abstract createInTransaction(project: Project): Promise<void>;
  abstract listInTransactionOf(tenantId: string, propagation: Propagation): Promise<Project[]>;
}

@Injectable()
class DrizzleProjects extends ProjectsService {
  constructor(
    @InjectTenantClient('db') private readonly db: PoolDatabase,
    private readonly host: TransactionHost<TransactionalAdapter<unknown, NodePgDatabase, object>>,
    private readonly context: TenantContext,
  ) {
    super();
  }

  list(): Promise<Project[]> {
    return this.db.select().from(project).orderBy(project.id);
  }

  @Transactional()
  async createInTransaction(row: Project): Promise<void> {
    await this.host.tx.insert(project).values(row);
    if (row.body.endsWith('bad')) throw new Error('on purpose');
  }

  @Transactional()
  async listInTransactionOf(tenantId: string, propagation: Propagation): Promise<Project[]> {
    const list = (): Promise<Project[]> => this.host.tx.select().from(project).orderBy(project.id).execute();
    return this.context.run(tenantId, () => this.host.withTransaction(propagation, list), { clients: ['db'] });
  }
}

@Injectable()
class TypeOrmProjects extends ProjectsService {
  constructor(
    @InjectTenantClient('db') private readonly db: DataSource,
    private readonly host: TransactionHost<TransactionalAdapterTypeOrm>,
    private readonly context: TenantContext,
  ) {
    super();
  }

  list(): Promise<Project[]> {
    return this.db.getRepository(ProjectEntity).find({ order: { id: 'asc' } });
  }

  @Transactional()
  async createInTransaction(row: Project): Promise<void> {
    await this.host.tx.insert(ProjectEntity, row);
    if (row.body.endsWith('bad')) throw new Error('on purpose');
  }

  @Transactional()
  async listInTransactionOf(tenantId: string, propagation: Propagation): Promise<Project[]> {
    const list = (): Promise<Project[]> => this.host.tx.find(ProjectEntity, { order: { id: 'asc' } });
    return this.context.run(tenantId, () => this.host.withTransaction(propagation, list), { clients: ['db'] });
  }
}

@Controller('t/:domain/projects')
class ProjectsController {
  constructor(private readonly projects: ProjectsService) {}

  @Get()
  list(): Promise<Project[]> {
    return this.projects.list();
  }

  @Post()
  create(@Body() body: Project): Promise<void> {
    return this.projects.createInTransaction(body);
  }

  @Get('of/:other/:propagation')
  ofOther(@Param('other') other: string, @Param('propagation') propagation: Propagation): Promise<Project[]> {
    return this.projects.listInTransactionOf(other, propagation);
  }
}

/** An application on one ORM: a client for each tenant, and transactions that follow the context. */
function rootOf(
  service: Type<ProjectsService>,
  db: ReturnType<typeof MultitenancyModule.forFeature>,
  plugin: (imports: Type[]) => ClsPlugin,
): Type {
  @Module({ imports: [db], exports: [db] })
  class DbModule {}

  @Module({
    imports: [
      ClsModule.forRoot({ plugins: [plugin([DbModule])] }),
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog([
          { id: A, domain: 'a.com' },
          { id: B, domain: 'b.com' },
        ]),
        resolvers: [fromPath()],
      }),
      DbModule,
    ],
    controllers: [ProjectsController],
    providers: [{ provide: ProjectsService, useClass: service }],
  })
  class AppModule {}
  return AppModule;
}

const dataSourceToken = getTenantClientToken('db');

const ORMS = [
  [
    'Drizzle',
    (strategy: PooledStrategy) =>
      rootOf(
        DrizzleProjects,
        MultitenancyModule.forFeature({
          name: 'db',
          create: async (tenant) => drizzleOn(quietPool(await strategy.connectionOf(tenant))),
          dispose: (db) => db.$client.end(),
        }),
        (imports) =>
          new ClsPluginTransactional({
            imports,
            adapter: new TransactionalAdapterDrizzleOrm({ drizzleInstanceToken: dataSourceToken }),
          }),
      ),
  ],
  [
    'TypeORM',
    (strategy: PooledStrategy) =>
      rootOf(
        TypeOrmProjects,
        MultitenancyModule.forFeature({
          name: 'db',
          create: async (tenant) => connectedSource(await strategy.connectionOf(tenant)),
          dispose: (source) => source.destroy(),
        }),
        (imports) =>
          new ClsPluginTransactional({ imports, adapter: new TransactionalAdapterTypeOrm({ dataSourceToken }) }),
      ),
  ],
] as const;

describe.each(ORMS)('%s behind HTTP, with transactions by decorator,', (_name, rootOn) => {
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
  const post = (domain: string, body: Project): Promise<{ status: number }> =>
    call(app, `/t/${domain}/projects`, { method: 'POST', body });

  it('serves each tenant its own rows', async () => {
    expect([await list('a.com'), await list('b.com'), await list('a.com')]).toEqual([rowsOf(A), rowsOf(B), rowsOf(A)]);
  });

  it('keeps what a transaction did, and nothing of one that threw', async () => {
    expect(await post('a.com', { id: 3, body: `${A} 3` })).toMatchObject({ status: 201 });
    expect(await post('a.com', { id: 4, body: `${A} bad` })).toMatchObject({ status: 500 });
    expect(await list('a.com')).toEqual([...rowsOf(A), { id: 3, body: `${A} 3` }]);
    expect(await list('b.com')).toEqual(rowsOf(B));
  });

  it('keeps interleaved transactions of two tenants apart', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => n + 10);
    const answers = await Promise.all(
      ids.map((id) =>
        id % 2 === 0 ? post('a.com', { id, body: `${A} ${id}` }) : post('b.com', { id, body: `${B} bad` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
    expect((await data.bodiesOf(A)).filter((body) => body.startsWith(`${A} `))).toHaveLength(52);
    expect(await list('b.com')).toEqual(rowsOf(B));
  });

  it.each([Propagation.RequiresNew, Propagation.NotSupported])(
    'works for another tenant within a transaction when that asks for %s',
    async (propagation) => {
      expect((await call(app, `/t/a.com/projects/of/${B}/${propagation}`)).json).toEqual(rowsOf(B));
    },
  );

  it('has one client for each tenant', async () => {
    await Promise.all([list('a.com'), list('b.com'), list('a.com')]);
    const registry = app.get<TenantClientRegistry<object>>(getTenantClientRegistryToken('db'), { strict: false });
    expect(registry.stats()).toMatchObject({ size: 2, leases: 0, failures: 0 });
  });
});
