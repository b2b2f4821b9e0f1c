import { Module } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { fromPath, InMemoryTenantCatalog, MultitenancyModule, TenantContext } from '@tenantry/core';
import { TenantScopes } from '@tenantry/core/spi';
import { defer, EMPTY, NEVER, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { inScope } from './in-scope.js';

describe('the scope of a message', () => {
  const catalog = new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]);

  @Module({ imports: [MultitenancyModule.forRoot({ catalog, resolvers: [fromPath()] })] })
  class AppModule {}

  let app: INestApplicationContext;
  let signal: AbortSignal;
  beforeAll(async () => void (app = await NestFactory.createApplicationContext(AppModule, { logger: false })));
  afterAll(() => app.close());

  /** Runs a handler that replies with a stream, and notes its signal. */
  const replies = async (stream: Observable<unknown>): Promise<Observable<unknown>> => {
    const scopes = app.get(TenantScopes);
    const scope = scopes.open(await scopes.outcomeOf({ id: 'foo', trust: 'verified' }));
    return inScope(scope, () =>
      defer(() => {
        signal = app.get(TenantContext).signal;
        return stream;
      }),
    );
  };

  it('fires its signal when the caller unsubscribes before the end', async () => {
    const subscription = (await replies(NEVER)).subscribe();
    expect(signal.aborted).toBe(false);
    subscription.unsubscribe();
    expect(signal.reason).toMatchObject({ code: 'MT_SCOPE_ENDED' });
  });

  it.each([
    ['completes', EMPTY],
    ['fails', throwError(() => new Error('The handler broke.'))],
  ])('does not fire its signal when the handler %s', async (_what, stream) => {
    (await replies(stream)).subscribe({ error: () => undefined });
    expect(signal.aborted).toBe(false);
  });
});
