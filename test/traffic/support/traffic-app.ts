import { Body, Controller, Get, Header, Injectable, Module, Post, Query, Res, UseGuards } from '@nestjs/common';
import type { CanActivate, ExecutionContext, INestApplication } from '@nestjs/common';
import {
  fromHeader,
  fromPath,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantContext,
  TenantOptional,
} from '@tenantry/core';
import type { NewTenant } from '@tenantry/core';
import { TenantCache, TrafficCost, TrafficGuard, TrafficModule, TrafficRate } from '@tenantry/traffic';
import type { TrafficHandlers, TrafficOptions } from '@tenantry/traffic';
import { startApp } from '../../support/http.js';
import type { AdapterName } from '../../support/http.js';

/** What the handlers of the application did. */
class Calls {
  count = 0;
  wait: () => Promise<void> = () => Promise.resolve();
}

/** The user is who the header says; for tests. */
@Injectable()
class HeaderUser implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: unknown }>();
    if (request.headers['x-user'] !== undefined) request.user = { sub: request.headers['x-user'] };
    return true;
  }
}

@Controller()
@UseGuards(HeaderUser, TrafficGuard)
class WorkController {
  constructor(
    private readonly context: TenantContext,
    private readonly calls: Calls,
  ) {}

  @Get('t/:domain/work')
  async work(): Promise<object> {
    this.calls.count += 1;
    await this.calls.wait();
    return { tenant: this.context.tenant.id };
  }

  @Post('t/:domain/work')
  post(@Body() body: object): object {
    return { tenant: this.context.tenant.id, body };
  }

  @Get('t/:domain/expensive')
  @TrafficCost(5)
  expensive(): object {
    return { tenant: this.context.tenant.id };
  }

  @Get('t/:domain/limited')
  @TrafficRate({ requests: 1, perMs: 60_000, name: 'limited' })
  limited(): object {
    return { tenant: this.context.tenant.id };
  }

  @Get('t/:domain/cached')
  @Header('x-total', '1')
  @TenantCache({ ttlMs: 60_000, vary: ['accept-language'], tags: ['things'] })
  async cached(@Query('q') q: string, @Res({ passthrough: true }) response: Reply): Promise<object> {
    this.calls.count += 1;
    await this.calls.wait();
    if (q === 'fails') throw new Error('broken');
    if (q === 'cookie') (response.header ?? response.setHeader)?.call(response, 'set-cookie', 'a=b');
    if (q === 'private') (response.header ?? response.setHeader)?.call(response, 'cache-control', 'no-store');
    if (q === 'header') (response.header ?? response.setHeader)?.call(response, 'x-made', String(this.calls.count));
    return { tenant: this.context.tenant.id, call: this.calls.count };
  }

  @Get('t/:domain/public')
  @TenantCache({ ttlMs: 60_000, isPublic: true })
  shared(): object {
    this.calls.count += 1;
    return { tenant: this.context.tenant.id, call: this.calls.count };
  }

  @Get('health')
  @TenantOptional()
  health(): string {
    return 'ok';
  }
}

interface Reply {
  header?(name: string, value: string): unknown;
  setHeader?(name: string, value: string): unknown;
}

/** An application with traffic, and what a test reads. */
export interface TrafficApp {
  readonly app: INestApplication;
  readonly calls: Calls;
  readonly catalog: InMemoryTenantCatalog;
}

/** Starts it. Tenants: `free`, `gold` and `other` (plan standard), and those of the caller. */
export async function startTrafficApp(
  adapter: AdapterName,
  options: TrafficOptions & TrafficHandlers = {},
  tenants: readonly NewTenant[] = [],
): Promise<TrafficApp> {
  const catalog = new InMemoryTenantCatalog([
    { id: 'free', domain: 'free.com', plan: 'free' },
    { id: 'gold', domain: 'gold.com', plan: 'gold' },
    { id: 'other', domain: 'other.com' },
    ...tenants,
  ]);

  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog,
        resolvers: [fromPath(), fromHeader({ name: 'x-tenant', trustedProxies: ['127.0.0.1'] })],
      }),
      TrafficModule.forRoot(options),
    ],
    controllers: [WorkController],
    providers: [Calls, HeaderUser],
  })
  class Root {}

  const app = await startApp(Root, adapter);
  return { app, calls: app.get(Calls), catalog };
}
