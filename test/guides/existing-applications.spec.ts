import { CacheModule } from '@nestjs/cache-manager';
import { Controller, Get, Module, UseInterceptors } from '@nestjs/common';
import { CurrentTenant, fromHost, MultitenancyModule, TenantContext } from '@tenantry/core';
import { call, startApp } from '../support/http.js';
import { catalog } from './existing-applications/application.js';
import { MembershipModule } from './existing-applications/membership.module.js';
import { TenantCacheInterceptor } from './existing-applications/tenant-cache.interceptor.js';
import { tenancy, Tokens } from './existing-applications/tokens.js';
import { filesShownIn } from './snippets.js';

@Controller('who')
class WhoController {
  @Get()
  who(@CurrentTenant('id') id: string): string {
    return id;
  }
}

describe('the guide "Into an existing application"', () => {
  it('shows the files that this test runs', () => {
    const files = filesShownIn('existing-applications');
    expect(files.map(({ file }) => file.split('/')[1])).toEqual([
      'tokens.ts',
      'membership.module.ts',
      'tenant-cache.interceptor.ts',
    ]);
    for (const { shown, run } of files) expect(shown).toBe(run);
  });

  it('ties a token to the tenant that it was issued for', async () => {
    @Module({ imports: [tenancy], controllers: [WhoController], providers: [Tokens] })
    class AppModule {}
    const app = await startApp(AppModule, 'express');
    const token = await app.get(TenantContext).run('foo', () => app.get(Tokens).issueFor('ann'));
    const who = (host: string): ReturnType<typeof call> =>
      call(app, '/who', { headers: { host, authorization: `Bearer ${token}` } });
    expect((await who('foo.com')).text).toBe('foo');
    expect((await who('bar.com')).json).toMatchObject({ status: 403, code: 'MT_TENANT_CONFLICT' });
    await app.close();
  });

  it('refuses a user of another tenant by membership', async () => {
    @Module({ imports: [MembershipModule], controllers: [WhoController] })
    class AppModule {}
    const app = await startApp(AppModule, 'express');
    const who = async (host: string, user: string): Promise<number> =>
      (await call(app, '/who', { headers: { host, 'x-user': user } })).status;
    expect([await who('foo.com', 'ann@foo'), await who('bar.com', 'ann@foo'), await who('foo.com', '')]).toEqual([
      200, 403, 401,
    ]);
    await app.close();
  });

  it('caches the answers of each tenant apart', async () => {
    let calls = 0;
    @Controller('cached')
    @UseInterceptors(TenantCacheInterceptor)
    class CachedController {
      @Get()
      get(@CurrentTenant('id') id: string): object {
        return { id, calls: (calls += 1) };
      }
    }
    @Module({
      imports: [MultitenancyModule.forRoot({ catalog, resolvers: [fromHost()] }), CacheModule.register()],
      controllers: [CachedController],
    })
    class AppModule {}
    const app = await startApp(AppModule, 'express');
    const answers = [];
    for (const host of ['foo.com', 'bar.com', 'foo.com'])
      answers.push((await call(app, '/cached', { headers: { host } })).json);
    expect(answers).toEqual([
      { id: 'foo', calls: 1 },
      { id: 'bar', calls: 2 },
      { id: 'foo', calls: 1 },
    ]);
    await app.close();
  });
});
