import { Controller, Get, Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { fromHost, InjectTenantClient, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import { DataTypes, Model, Sequelize } from 'sequelize';
import { BaseEntity, Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { LoggedLines } from '../edges/logged.js';
import { call, startApp } from '../support/http.js';
import { TenantNote, useTenantDataSource } from './support/tenant-entity.js';

const catalog = new InMemoryTenantCatalog(['foo', 'bar'].map((id) => ({ id, domain: `${id}.com` })));

@Entity('note')
class ActiveNote extends BaseEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  text!: string;
}

@Entity('note')
class PlainNote {
  @PrimaryGeneratedColumn()
  id!: number;
}

class SharedUser extends Model {}

/** A data source with its entities built, as `initialize()` leaves it, without a server. */
async function sourceOf(
  entities: NonNullable<ConstructorParameters<typeof DataSource>[0]['entities']>,
): Promise<DataSource> {
  const source = new DataSource({ type: 'postgres', entities });
  await (source as unknown as { buildMetadatas(): Promise<void> }).buildMetadatas();
  return source;
}

function sequelize(): Sequelize {
  return new Sequelize('postgres://127.0.0.1:1/none', { logging: false });
}

interface Started {
  readonly app: INestApplication;
  readonly logged: LoggedLines;
  readonly disposed: string[];
}

async function start(create: (tenant: Tenant) => object): Promise<Started> {
  const disposed: string[] = [];
  @Controller()
  class DbController {
    constructor(@InjectTenantClient('db') private readonly db: object) {}
    @Get()
    get(): object {
      return { hasName: 'name' in this.db };
    }
  }
  const dispose = (_client: object, { tenantId }: { tenantId: string }): unknown => disposed.push(tenantId);
  @Module({
    imports: [
      MultitenancyModule.forRoot({ catalog, resolvers: [fromHost()] }),
      MultitenancyModule.forFeature({ name: 'db', create, dispose }),
    ],
    controllers: [DbController],
  })
  class AppModule {}
  const logged = new LoggedLines();
  return { app: await startApp(AppModule, 'express', logged), logged, disposed };
}

async function visits({ app }: Started, ...tenants: string[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const id of tenants) statuses.push((await call(app, '/', { headers: { host: `${id}.com` } })).status);
  return statuses;
}

describe('a client whose models belong to the process', () => {
  let started: Started;
  afterEach(() => started.app.close());

  it.each<[what: string, create: () => Promise<object>]>([
    ['entities of TypeORM that extend BaseEntity', () => sourceOf([PlainNote, ActiveNote])],
    ['the same, in an object of the application', async () => ({ source: await sourceOf([ActiveNote]) })],
  ])('is refused, closed and reported: %s', async (_what, create) => {
    started = await start(create);
    expect(await visits(started, 'foo')).toEqual([503]);
    expect(started.disposed).toEqual(['foo']);
    expect(started.logged.errors[0]).toMatch(/^Option db.create is "ActiveNote".*orms.md/);
  });

  it('is refused: models of Sequelize that another tenant’s instance was made with', async () => {
    started = await start(() => {
      const orm = sequelize();
      SharedUser.init({ name: DataTypes.TEXT }, { sequelize: orm });
      return orm;
    });
    expect(await visits(started, 'foo', 'foo', 'bar')).toEqual([200, 200, 503]);
    expect(started.logged.errors[0]).toMatch(/^Option db.create is "SharedUser"/);
  });
});

describe('a client whose models are its own', () => {
  let started: Started;
  afterEach(() => started.app.close());

  it.each<[what: string, create: () => object | Promise<object>]>([
    ['entities of TypeORM without a base class', () => sourceOf([PlainNote])],
    ['active records of TypeORM that ask for the current tenant’s data source', () => sourceOf([TenantNote])],
    [
      'models of Sequelize that are defined for each instance',
      () => {
        const orm = sequelize();
        orm.define('User', { name: DataTypes.TEXT });
        return orm;
      },
    ],
  ])('is served: %s', async (_what, create) => {
    started = await start(create);
    expect(await visits(started, 'foo', 'bar', 'foo')).toEqual([200, 200, 200]);
    expect(started.logged.errors).toEqual([]);
  });

  it('finds the repository of the current tenant behind an active record', async () => {
    let active: DataSource | undefined;
    useTenantDataSource({ getRepository: (target: typeof TenantNote) => active?.getRepository(target) } as never);
    const [foo, bar] = [await sourceOf([TenantNote]), await sourceOf([TenantNote])];
    for (active of [foo, bar, foo]) expect(TenantNote.getRepository().manager.dataSource).toBe(active);
    started = await start(() => ({}));
  });
});
