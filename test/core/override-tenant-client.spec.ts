import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModuleBuilder } from '@nestjs/testing';
import {
  fromHost,
  getTenantClientToken,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantContext,
} from '@tenantry/core';
import { overrideTenantClient } from '@tenantry/testing';
import { call } from '../support/http.js';

interface Cats {
  all(): string[];
}
let realFactories = 0;

@Injectable()
class CatsService {
  constructor(@InjectTenantClient('cats') private readonly cats: Cats) {}
  all = (): string[] => this.cats.all();
}

@Controller('cats')
class CatsController {
  constructor(private readonly cats: CatsService) {}
  @Get()
  all(): string[] {
    return this.cats.all();
  }
}

@Module({
  imports: [
    MultitenancyModule.forFeatureAsync<Cats>({
      name: 'cats',
      useFactory: () => {
        realFactories += 1;
        return {
          create: () => {
            realFactories += 1;
            throw new Error('there is no database in tests');
          },
        };
      },
    }),
  ],
  controllers: [CatsController],
  providers: [CatsService],
})
class CatsModule {}

const catalog = new InMemoryTenantCatalog([
  { id: 'foo', domain: 'foo.com' },
  { id: 'bar', domain: 'bar.com' },
]);

@Module({ imports: [MultitenancyModule.forRoot({ catalog, resolvers: [fromHost()] }), CatsModule] })
class AppModule {}

const fake: Cats = { all: () => ['fake cat'] };

async function answers(builder: TestingModuleBuilder): Promise<unknown[]> {
  const app = (await builder.compile()).createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  try {
    const calls = ['foo.com', 'bar.com'].map((host) => call(app, '/cats', { headers: { host } }));
    return (await Promise.all(calls)).map(({ json }) => json);
  } finally {
    await app.close();
  }
}

describe('a tenant’s client that a test replaces', () => {
  beforeEach(() => (realFactories = 0));
  const builder = (root: unknown = AppModule): TestingModuleBuilder =>
    Test.createTestingModule({ imports: [root as typeof AppModule] });

  it('is one object for all tenants, and the real factory is never called', async () => {
    expect(await answers(overrideTenantClient(builder(), 'cats').useValue(fake))).toEqual([['fake cat'], ['fake cat']]);
    expect(realFactories).toBe(0);
  });

  it('is one for each tenant, and the real factory is never called', async () => {
    const replaced = overrideTenantClient(builder(), 'cats').useFactory(({ id }) => ({ all: () => [`cat of ${id}`] }));
    expect(await answers(replaced)).toEqual([['cat of foo'], ['cat of bar']]);
    expect(realFactories).toBe(0);
  });

  it('may be replaced by its token, which calls no create either', async () => {
    const replaced = builder().overrideProvider(getTenantClientToken('cats')).useValue(fake);
    expect(await answers(replaced)).toEqual([['fake cat'], ['fake cat']]);
    expect(realFactories).toBe(1);
  });

  it('needs no root module where a feature module is tested alone', async () => {
    const module = await overrideTenantClient(builder(CatsModule), 'cats').useValue(fake).compile();
    expect(module.get(CatsService).all()).toEqual(['fake cat']);
    await module.close();
  });

  it('is there in a job too', async () => {
    const module = await overrideTenantClient(builder(), 'cats').useValue(fake).compile();
    const context = module.get(TenantContext, { strict: false });
    const service = module.get(CatsService, { strict: false });
    expect(await context.run('foo', () => service.all(), { clients: ['cats'] })).toEqual(['fake cat']);
    await module.close();
  });

  it('is asked for by name where the root module is missing', async () => {
    await expect(
      builder(CatsModule)
        .setLogger(false as never)
        .compile(),
    ).rejects.toMatchObject({
      code: 'MT_OPTIONS_INVALID',
      message: expect.stringMatching(/forRoot.*overrideTenantClient/s),
    });
  });
});
