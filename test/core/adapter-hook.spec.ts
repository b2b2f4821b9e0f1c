import { Test } from '@nestjs/testing';
import { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { fromHost, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';

async function start(setOnRequestHook: unknown): Promise<void> {
  const options = { catalog: new InMemoryTenantCatalog([]), resolvers: [fromHost()] };
  const module = await Test.createTestingModule({ imports: [MultitenancyModule.forRoot(options)] }).compile();
  const adapter = new ExpressAdapter();
  Object.defineProperty(adapter, 'setOnRequestHook', { value: setOnRequestHook });
  const app = module.createNestApplication(adapter, { logger: false });
  try {
    await app.init();
  } finally {
    await app.close();
  }
}

describe('an HTTP adapter without a request hook', () => {
  it.each([
    ['has none, as in Nest 10', undefined],
    ['inherits one that does nothing', AbstractHttpAdapter.prototype.setOnRequestHook],
  ])('stops the start when it %s, and the error names the versions', async (_name, hook) => {
    const failure: unknown = await start(hook).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'MT_PEER_UNSUPPORTED' });
    expect((failure as Error).message).toMatch(/ExpressAdapter.*@nestjs\/core is \d+\.\d+.*\^11\.1\.4 \|\| \^12\.0\.0/);
  });
});
