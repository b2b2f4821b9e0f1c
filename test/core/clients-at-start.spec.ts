import { Inject, Injectable, Module } from '@nestjs/common';
import type { DynamicModule, FactoryProvider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  fromHost,
  getTenantClientToken,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
  provideFromTenantClient,
  TenantContext,
} from '@tenantry/core';

interface Db {
  readonly name: string;
  load(): Promise<string>;
  getRepository(entity: string): { find(): string };
  readonly User: { find(): string };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const catalog = new InMemoryTenantCatalog([
  { id: 'foo', domain: 'foo.com' },
  { id: 'bar', domain: 'bar.com' },
]);
let derivations = 0;

/** Their options come late, as those that are read from a secret store do. */
const root = (): DynamicModule =>
  MultitenancyModule.forRootAsync({
    useFactory: async () => {
      await turn();
      return { catalog, resolvers: [fromHost()] };
    },
  });
const db = (): DynamicModule =>
  MultitenancyModule.forFeatureAsync<Db>({
    name: 'db',
    useFactory: async () => {
      for (let late = 0; late < 20; late += 1) await turn();
      return {
        create: ({ id }) => ({
          name: id,
          load: async () => id,
          getRepository: (entity) => {
            derivations += 1;
            return { find: () => `${entity} of ${id}` };
          },
          User: class {
            static find = (): string => `User of ${id}`;
          },
        }),
      };
    },
  });
const seed: FactoryProvider = {
  provide: 'SEED',
  inject: [TenantContext, getTenantClientToken('db')],
  useFactory: (context: TenantContext, client: Db) => context.run('foo', () => client.load(), { clients: ['db'] }),
};

async function seedOf(imports: DynamicModule[] | (() => DynamicModule[])): Promise<unknown> {
  @Module({ imports: typeof imports === 'function' ? imports() : imports, providers: [seed] })
  class App {}
  const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
  const value: unknown = app.get('SEED');
  await app.close();
  return value;
}

describe('a tenant’s client while the application starts', () => {
  it('is there for a provider factory, in any order of modules', async () => {
    expect(await seedOf([root(), db()])).toBe('foo');
    expect(await seedOf([db(), root()])).toBe('foo');
  });

  it('of a kind that no module declares is reported, and the start does not wait for it', async () => {
    const other = {
      ...seed,
      inject: [TenantContext],
      useFactory: (context: TenantContext) => context.run('foo', () => 1, { clients: ['other'] }),
    };
    @Module({ imports: [root()], providers: [other] })
    class App {}
    const starting = NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
    await expect(starting).rejects.toMatchObject({ code: 'MT_OPTIONS_INVALID' });
  });

  it('leases members and derived objects that are the current tenant’s when they are used', async () => {
    @Injectable()
    class Users {
      constructor(
        @Inject('USER_MODEL') private readonly model: Db['User'],
        @Inject('USERS') private readonly repository: ReturnType<Db['getRepository']>,
        @InjectTenantClient('db') private readonly client: Db,
      ) {}
      find = (): string[] => [this.model.find(), this.repository.find(), this.client.name];
    }
    @Module({
      imports: [db(), root()],
      providers: [
        Users,
        { provide: 'USER_MODEL', inject: [getTenantClientToken('db')], useFactory: (client: Db) => client.User },
        provideFromTenantClient({ provide: 'USERS', kind: 'db', derive: (client: Db) => client.getRepository('row') }),
      ],
    })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
    const [context, users] = [app.get(TenantContext), app.get(Users)];
    for (const id of ['foo', 'bar', 'foo'])
      expect(await context.run(id, () => users.find(), { clients: ['db'] })).toEqual([
        `User of ${id}`,
        `row of ${id}`,
        id,
      ]);
    expect(derivations).toBe(2);
    expect(() => users.find()).toThrow(expect.objectContaining({ code: 'MT_CONTEXT_MISSING' }));
    await app.close();
  });
});

describe('a client that the injected one could not stand for', () => {
  it.each([
    ['a text', () => 'text', /value: /],
    ['an array that nothing injects as one', () => ['a'], /shape: 'array'/],
  ])('is refused at its creation and disposed: %s', async (_what, create, advice) => {
    const disposed: unknown[] = [];
    const dispose = (client: unknown): void => void disposed.push(client);
    @Module({ imports: [root(), MultitenancyModule.forFeature<unknown>({ name: 'odd', create, dispose })] })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
    await expect(app.get(TenantContext).run('foo', () => 1, { clients: ['odd'] })).rejects.toMatchObject({
      code: 'MT_CLIENT_CREATE_FAILED',
      cause: { message: expect.stringMatching(advice) },
    });
    await app.close();
    expect(disposed).toEqual([create()]);
  });

  it('is injected as an array where the parameter is declared as one, or the option says so', async () => {
    @Injectable()
    class Cats {
      constructor(@InjectTenantClient('cats') readonly cats: string[]) {}
    }
    const create = (): string[] => ['cat'];
    @Module({
      imports: [
        root(),
        MultitenancyModule.forFeature({ name: 'cats', create }),
        MultitenancyModule.forFeature({ name: 'dogs', create, shape: 'array' }),
      ],
      providers: [Cats],
    })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
    const dogs: string[] = app.get(getTenantClientToken('dogs'), { strict: false });
    const { cats } = app.get(Cats);
    const seen = await app
      .get(TenantContext)
      .run('foo', () => [Array.isArray(cats), [...cats], JSON.stringify(dogs)], { clients: ['cats', 'dogs'] });
    expect(seen).toEqual([true, ['cat'], '["cat"]']);
    await app.close();
  });
});
