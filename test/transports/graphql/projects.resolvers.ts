import { Injectable, UseGuards } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import {
  Args,
  Field,
  GqlExecutionContext,
  ID,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import {
  InjectTenantClient,
  PerTenantScope,
  TenantContext,
  TenantMembershipGuard,
  TenantOptional,
  UseTenantClients,
} from '@tenantry/core';
import DataLoader from 'dataloader';
import { DbClient } from '../tenant-fixture.js';

@ObjectType()
export class Project {
  /** The same in every tenant. */
  @Field(() => ID)
  readonly id!: string;

  @Field()
  readonly tenant!: string;
}

/** Something whose field is resolved by another class than its query. */
@ObjectType()
export class Thing {
  @Field(() => ID)
  readonly id!: string;
}

/** Owners, loaded in batches: one loader per scope, one batch per turn. */
@Injectable()
export class Owners {
  readonly batches: (readonly string[])[] = [];
  readonly #loaders = new PerTenantScope(() => new DataLoader((ids: readonly string[]) => this.#load(ids)));

  constructor(@InjectTenantClient('db') private readonly db: DbClient) {}

  of(id: string): Promise<string> {
    return this.#loaders.get().load(id);
  }

  async #load(ids: readonly string[]): Promise<string[]> {
    this.batches.push(ids);
    const owner = await this.db.whose();
    return ids.map((id) => `${owner} owns ${id}`);
  }
}

@Resolver(() => Project)
export class ProjectResolver {
  constructor(
    private readonly context: TenantContext,
    private readonly owners: Owners,
  ) {}

  @Query(() => [Project])
  projects(): Project[] {
    return ['a', 'b', 'c'].map((id) => ({ id, tenant: this.context.tenant.id }));
  }

  @Mutation(() => Project)
  createProject(@Args('name') name: string): Project {
    return { id: name, tenant: this.context.tenant.id };
  }

  @Query(() => String)
  broken(): string {
    throw new Error('the database is on fire');
  }

  @ResolveField(() => String)
  owner(@Parent() { id }: Project): Promise<string> {
    return this.owners.of(id);
  }
}

/** Reaches no client by injection: what its fields need is declared, or guards run before fields too. */
@Resolver()
export class ThingQueries {
  @Query(() => Thing)
  undeclaredThing(): Thing {
    return { id: 'thing' };
  }

  @Query(() => Thing)
  @UseTenantClients('db')
  declaredThing(): Thing {
    return { id: 'thing' };
  }
}

@Resolver(() => Thing)
export class ThingResolver {
  constructor(@InjectTenantClient('db') private readonly db: DbClient) {}

  @ResolveField(() => String)
  whose(): Promise<string> {
    return this.db.whose();
  }
}

/** Signs in whom the header `x-user` names. */
class SignIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { req } = GqlExecutionContext.create(context).getContext<{ req: { headers: object; user?: unknown } }>();
    const name: unknown = Reflect.get(req.headers, 'x-user');
    if (name !== undefined) req.user = { name };
    return true;
  }
}

@Resolver()
export class OpenResolver {
  constructor(private readonly context: TenantContext) {}

  @Query(() => String)
  @TenantOptional()
  version(): string {
    return `1 for ${this.context.tenantOrNull?.id ?? 'no tenant'}`;
  }

  @Query(() => String)
  @UseGuards(SignIn, TenantMembershipGuard)
  secret(): string {
    return `secret of ${this.context.tenant.id}`;
  }

  @Subscription(() => String)
  async *ticks(): AsyncGenerator<{ ticks: string }> {
    yield { ticks: this.context.tenant.id };
  }
}
