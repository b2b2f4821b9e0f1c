import { ApolloFederationDriver } from '@nestjs/apollo';
import type { ApolloFederationDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import {
  Directive,
  Field,
  GraphQLModule,
  ID,
  ObjectType,
  Query,
  ResolveField,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import { InjectTenantClient, SuperTenantOnly, TenantContext } from '@tenantry/core';
import { ADAPTERS, call, startApp } from '../../support/http.js';
import type { AdapterName } from '../../support/http.js';
import { until } from '../../support/until.js';
import { DbClient, FaultyCatalog, leasesOf, tenantModules } from '../tenant-fixture.js';

@ObjectType()
@Directive('@key(fields: "id")')
class Product {
  @Field(() => ID)
  readonly id!: string;

  @Field()
  readonly tenant!: string;
}

@ObjectType()
@Directive('@key(fields: "id")')
class Margin {
  @Field(() => ID)
  readonly id!: string;
}

@Resolver(() => Product)
class ProductResolver {
  constructor(
    private readonly context: TenantContext,
    @InjectTenantClient('db') private readonly db: DbClient,
  ) {}

  @Query(() => Product)
  product(): Product {
    return { id: '1', tenant: this.context.tenant.id };
  }

  @ResolveReference()
  async resolveReference({ id }: { id: string }): Promise<Product> {
    return { id, tenant: await this.db.whose() };
  }
}

@Resolver(() => Margin)
class MarginResolver {
  @ResolveReference()
  @SuperTenantOnly()
  resolveReference({ id }: { id: string }): Margin {
    return { id };
  }
}

/** An entity without a reference resolver: its fields are reached through `_entities` all the same. */
@Resolver(() => Product)
class FieldsOnlyResolver {
  @Query(() => Product)
  product(): Product {
    return { id: '1', tenant: '' };
  }

  @ResolveField(() => String)
  price(): string {
    return 'a secret';
  }
}

@Resolver(() => Product)
class QueriesOnlyResolver {
  @Query(() => String)
  version(): string {
    return '1';
  }
}

function start(
  resolvers: Type[],
  options: Partial<ApolloFederationDriverConfig> = {},
  adapter: AdapterName = 'express',
  catalog = new FaultyCatalog(),
): Promise<INestApplication> {
  @Module({
    imports: [
      ...tenantModules(catalog, {}),
      GraphQLModule.forRoot<ApolloFederationDriverConfig>({
        driver: ApolloFederationDriver,
        autoSchemaFile: { federation: 2 },
        buildSchemaOptions: { orphanedTypes: [Product, Margin] },
        ...options,
      }),
    ],
    providers: resolvers,
  })
  class AppModule {}
  return startApp(AppModule, adapter);
}

describe('a federated schema', () => {
  it.each([
    ['a reference resolver', ProductResolver, 'ProductResolver.resolveReference'],
    ['a field of an entity', FieldsOnlyResolver, 'FieldsOnlyResolver.price'],
  ])('stops the start where no guard would run for %s', async (_what, resolver, name) => {
    const starting = start([resolver]);
    await expect(starting).rejects.toMatchObject({ code: 'MT_OPTIONS_INVALID' });
    await expect(starting).rejects.toThrow(new RegExp(`fieldResolverEnhancers.*\\['guards'\\].*${name}`));
    await expect(start([resolver], { fieldResolverEnhancers: ['filters', 'interceptors'] })).rejects.toThrow(
      '_entities',
    );
  });

  it('stops the start also with a driver of the application, for the schema is a federated one', async () => {
    class OwnDriver extends ApolloFederationDriver {}
    await expect(start([ProductResolver], { driver: OwnDriver })).rejects.toThrow('_entities');
  });

  it('starts where guards run for both, and where it has no entities to resolve', async () => {
    for (const app of [
      start([ProductResolver], { fieldResolverEnhancers: ['guards'] }),
      start([QueriesOnlyResolver]),
    ]) {
      await expect(app.then((started) => started.close())).resolves.toBeUndefined();
    }
  });
});

interface Answer {
  readonly data?: { readonly _entities?: unknown } | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

describe.each(ADAPTERS)('entities of a federated schema on %s', (adapter) => {
  const catalog = new FaultyCatalog();
  let app: INestApplication;
  beforeAll(async () => {
    const options = { fieldResolverEnhancers: ['guards' as const] };
    app = await start([ProductResolver, MarginResolver], options, adapter, catalog);
  });
  afterAll(() => app.close());

  async function entities(typename: string, headers: Record<string, string>): Promise<unknown> {
    const fields = typename === 'Product' ? 'id tenant' : 'id';
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${typename} { ${fields} } } }`;
    const body = { query, variables: { of: [{ __typename: typename, id: '7' }] } };
    const { data, errors } = (await call(app, '/graphql', { method: 'POST', headers, body })).json as Answer;
    return errors?.map(({ extensions }) => extensions.code) ?? data?._entities;
  }

  it('are resolved for the tenant that the gateway has passed on, with its client', async () => {
    expect(await entities('Product', { 'x-tenant': 'foo' })).toEqual([{ id: '7', tenant: 'foo' }]);
    expect(await entities('Product', { 'x-tenant': 'bar' })).toEqual([{ id: '7', tenant: 'bar' }]);
    await until(() => leasesOf(app) === 0);
  });

  it('are refused to unknown and suspended tenants, and without one', async () => {
    expect(await entities('Product', { 'x-tenant': 'unknown' })).toEqual(['MT_TENANT_UNKNOWN']);
    expect(await entities('Product', {})).toEqual(['MT_TENANT_REQUIRED']);
    catalog.pretended.set('foo', 'suspended');
    expect(await entities('Product', { 'x-tenant': 'foo' })).toEqual(['MT_TENANT_SUSPENDED']);
    catalog.pretended.clear();
  });

  it('for the super tenant alone are refused to all other tenants', async () => {
    expect(await entities('Margin', { 'x-tenant': 'foo' })).toEqual(['MT_TENANT_FORBIDDEN']);
  });
});
