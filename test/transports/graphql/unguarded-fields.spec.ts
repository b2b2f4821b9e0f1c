import { ApolloDriver } from '@nestjs/apollo';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { Field, GraphQLModule, ID, ObjectType, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { SuperTenantOnly } from '@tenantry/core';
import { startApp } from '../../support/http.js';
import { FaultyCatalog, tenantModules } from '../tenant-fixture.js';

@ObjectType()
class Invoice {
  @Field(() => ID)
  id!: string;
}

@Resolver(() => Invoice)
class InvoiceResolver {
  @Query(() => Invoice)
  invoice(): Invoice {
    return { id: '1' };
  }

  @ResolveField(() => String)
  @SuperTenantOnly()
  margin(): string {
    return 'a secret';
  }
}

function start(resolver: Type, options: Partial<ApolloDriverConfig> = {}): Promise<INestApplication> {
  @Module({
    imports: [
      ...tenantModules(new FaultyCatalog(), {}),
      GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true, ...options }),
    ],
    providers: [resolver],
  })
  class AppModule {}
  return startApp(AppModule, 'express');
}

describe('@SuperTenantOnly() on a field of GraphQL', () => {
  it('stops the start where Nest runs no guard for fields, and no request would be refused', async () => {
    await expect(start(InvoiceResolver)).rejects.toThrow(
      /@SuperTenantOnly of a @ResolveField is "InvoiceResolver.margin".*fieldResolverEnhancers: \['guards'\]/,
    );
  });

  it('stops it too where the whole resolver is the super tenant’s: its fields are reached from others', async () => {
    const Whole = class extends InvoiceResolver {};
    SuperTenantOnly()(Whole);
    Resolver(() => Invoice)(Whole);
    await expect(start(Whole)).rejects.toMatchObject({ code: 'MT_OPTIONS_INVALID' });
  });

  it('is well where guards run for fields', async () => {
    const starting = start(InvoiceResolver, { fieldResolverEnhancers: ['guards'] });
    await expect(starting.then((app) => app.close())).resolves.toBeUndefined();
  });
});
