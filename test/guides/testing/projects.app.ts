import { randomUUID } from 'node:crypto';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Module,
  NotFoundException,
  Param,
  Post,
  UnauthorizedException,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { CanActivate, ExecutionContext, INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import {
  fromPath,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
  notApplicable,
  resolved,
} from '@tenantry/core';
import type { ResolverAnswer, TenantRequest } from '@tenantry/core';

interface Item {
  readonly id: string;
  readonly text: string;
}

/** What one tenant has. In an application that leaks, all tenants have the same. */
class Items {
  constructor(readonly byId: Map<string, Item>) {}
}

/** Tokens name their tenant: `Bearer alice@foo.com`. A real application checks a signature here. */
const fromToken = {
  name: 'token',
  trust: 'verified' as const,
  resolve: (request: TenantRequest): ResolverAnswer => {
    const [, domain] = /@(.+)$/.exec(request.headers('authorization')[0] ?? '') ?? [];
    return domain === undefined ? notApplicable : resolved(domain);
  },
};

/** Without a token there is no access. */
class SignedInGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
    if (headers.authorization === undefined) throw new UnauthorizedException();
    return true;
  }
}

@Controller('t/:domain/projects')
class ProjectsController {
  constructor(@InjectTenantClient('items') private readonly items: Items) {}

  @Post()
  create(@Body('name') text: string): Item {
    const item = { id: randomUUID(), text };
    this.items.byId.set(item.id, item);
    return item;
  }

  @Get()
  list(): readonly Item[] {
    return [...this.items.byId.values()];
  }

  @Get(':projectId')
  read(@Param('projectId') id: string): Item {
    const item = this.items.byId.get(id);
    if (item === undefined) throw new NotFoundException();
    return item;
  }

  @Delete(':projectId')
  @HttpCode(204)
  remove(@Param('projectId') id: string): void {
    if (!this.items.byId.delete(id)) throw new NotFoundException();
  }
}

@Controller('t/:domain/auth')
class AuthController {
  @Post('logout')
  logOut(): object {
    return {};
  }
}

/** Starts the application of the guide. @param leaks whether all tenants have their projects in one place */
export async function startProjects(leaks = false): Promise<INestApplication> {
  const shared = new Map<string, Item>();
  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog(['foo', 'bar'].map((id) => ({ id, domain: `${id}.com` }))),
        resolvers: [fromPath(), fromToken],
      }),
      MultitenancyModule.forFeature<Items>({ name: 'items', create: () => new Items(leaks ? shared : new Map()) }),
    ],
    controllers: [ProjectsController, AuthController],
    providers: [{ provide: APP_GUARD, useClass: SignedInGuard }],
  })
  class ProjectsModule {}
  const module = await Test.createTestingModule({ imports: [ProjectsModule] }).compile();
  return module.createNestApplication(new ExpressAdapter(), { logger: false });
}
