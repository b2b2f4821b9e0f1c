import { CacheInterceptor } from '@nestjs/cache-manager';
import { Inject, Injectable } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { TenantContext } from '@tenantry/core';

@Injectable()
export class TenantCacheInterceptor extends CacheInterceptor {
  @Inject() private readonly tenantContext!: TenantContext;

  protected override async trackBy(context: ExecutionContext): Promise<string | undefined> {
    const key = await super.trackBy(context);
    return key ? `${this.tenantContext.tenant.id} ${key}` : undefined;
  }
}
