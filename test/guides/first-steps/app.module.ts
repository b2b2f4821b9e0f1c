import { Body, Controller, Get, Injectable, Module, Post, UnauthorizedException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { InjectTenantClient, TenantMembershipGuard } from '@tenantry/core';
import type { Pool } from 'pg';
import { TenancyModule } from './tenancy.module.js';

/** Stands for your authentication: it sets `request.user`. */
@Injectable()
export class AuthGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: object }>();
    const tenantId = /^Bearer user-of-(\w+)$/.exec(request.headers['authorization'] ?? '')?.[1];
    if (tenantId === undefined) throw new UnauthorizedException();
    request.user = { tenantId };
    return true;
  }
}

@Controller('projects')
export class ProjectsController {
  constructor(@InjectTenantClient('db') private readonly db: Pool) {}

  @Get()
  async list(): Promise<object[]> {
    return (await this.db.query<{ name: string }>('select name from project order by id')).rows;
  }

  @Post()
  async add(@Body() { name }: { name: string }): Promise<void> {
    await this.db.query('insert into project (name) values ($1)', [name]);
  }
}

@Module({
  imports: [TenancyModule],
  controllers: [ProjectsController],
  providers: [
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_GUARD, useClass: TenantMembershipGuard }, // behind yours: it reads request.user
  ],
})
export class AppModule {}
