import { TenantContext } from '@tenantry/core';
import { filesShownIn } from './snippets.js';
import { CatsController, factoryCalls } from './testing/cats.module.js';
import { catsWithRoot } from './testing/feature-alone.js';
import { expectIsolation } from './testing/isolation.js';
import { startProjects } from './testing/projects.app.js';
import { cats } from './testing/replace-client.js';

describe('the guide "Testing"', () => {
  it('shows the files that this test runs', () => {
    const files = filesShownIn('testing');
    expect(files.map(({ file }) => file)).toEqual([
      'testing/replace-client.ts',
      'testing/feature-alone.ts',
      'testing/isolation.ts',
    ]);
    for (const { shown, run } of files) expect(shown).toBe(run);
  });

  it('replaces a client of a feature module alone, and its factory is not called', async () => {
    const module = await cats({ names: () => ['fake'] });
    expect(module.get(CatsController).list()).toEqual(['fake']);
    expect(factoryCalls).toEqual([]);
    await module.close();
  });

  it('tests a feature module with a root module beside it', async () => {
    const module = await catsWithRoot();
    await module.init();
    const controller = module.get(CatsController);
    const listed = module.get(TenantContext).run('foo', () => controller.list(), { clients: ['cats'] });
    expect(await listed).toEqual(['cat of foo']);
    await module.close();
  });

  it('finds nothing in an application that isolates its tenants, and exercises every route', async () => {
    const app = await startProjects();
    const report = await expectIsolation(app, 'alice@foo.com', 'bob@bar.com');
    expect(report.unexercised).toEqual([]);
    expect(report.routes).toHaveLength(4);
    await app.close();
  });

  it('fails with the leak of an application that has one', async () => {
    const app = await startProjects(true);
    await expect(expectIsolation(app, 'alice@foo.com', 'bob@bar.com')).rejects.toThrow(
      'GET /t/:domain/projects/:projectId',
    );
    await app.close();
  });
});
