import { Controller, Get, Injectable, Logger, Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { fromPath, InMemoryTenantCatalog, InTenantScope, MultitenancyModule, TenantContext } from '@tenantry/core';
import { ScopeHooks } from '@tenantry/core/spi';
import type { HookedScope, ScopeExit, ScopeHook } from '@tenantry/core/spi';
import { ManualClock } from '@tenantry/testing';
import { ClsServiceManager } from 'nestjs-cls';
import { ADAPTERS, call, startApp } from '../support/http.js';
import { until } from '../support/until.js';

const cls = ClsServiceManager.getClsService();

/** A hook that writes down what happens to it, and adds to the store of the scope. */
class Journal implements ScopeHook {
  constructor(
    readonly name: string,
    private readonly lines: string[],
    private readonly isLate = false,
  ) {}

  opened({ tenant }: HookedScope): ScopeExit | Promise<ScopeExit> {
    const exit = (): void => void this.lines.push(`-${this.name} ${String(cls.get('language'))}`);
    this.lines.push(`+${this.name} ${tenant.id}`);
    cls.set('language', `language of ${tenant.id}`);
    return this.isLate ? Promise.resolve(exit) : exit;
  }
}

@Injectable()
class Work {
  constructor(private readonly context: TenantContext) {}

  @InTenantScope()
  async nested(): Promise<string> {
    return `${this.context.tenant.id}: ${String(cls.get('language'))}`;
  }
}

@Controller()
class HomeController {
  constructor(
    private readonly context: TenantContext,
    private readonly work: Work,
  ) {}

  @Get('t/:domain/home')
  home(): object {
    return { tenant: this.context.tenant.id, language: cls.get<string>('language') };
  }

  @Get('t/:domain/nested')
  nested(): Promise<string> {
    return this.work.nested();
  }
}

describe.each(ADAPTERS)('scope hooks on %s', (adapter) => {
  const clock = new ManualClock();
  let app: INestApplication;
  let lines: string[];
  let removers: (() => void)[];

  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog([
          { id: 'foo', domain: 'foo.com' },
          { id: 'bar', domain: 'bar.com' },
        ]),
        resolvers: [fromPath()],
        clock,
      }),
    ],
    controllers: [HomeController],
    providers: [Work],
  })
  class Root {}

  const add = (...hooks: ScopeHook[]): void => {
    removers.push(...hooks.map((hook) => app.get(ScopeHooks).add(hook)));
  };

  beforeAll(async () => void (app = await startApp(Root, adapter)));
  afterAll(() => app.close());
  beforeEach(() => {
    lines = [];
    removers = [];
  });
  afterEach(() => removers.forEach((remove) => remove()));

  it('run when the scope of a request opens and, in reverse order, when it ends', async () => {
    add(new Journal('a', lines), new Journal('b', lines, true), new Journal('c', lines));
    const { json } = await call(app, '/t/foo.com/home');
    expect(json).toEqual({ tenant: 'foo', language: 'language of foo' });
    await until(() => lines.length === 6);
    const inside = 'language of foo';
    expect(lines).toEqual(['+a foo', '+b foo', '+c foo', `-c ${inside}`, `-b ${inside}`, `-a ${inside}`]);
  });

  it('run for TenantContext.run, and for what @InTenantScope wraps', async () => {
    add(new Journal('a', lines, true));
    const context = app.get(TenantContext);
    expect(await context.run('bar', () => cls.get<string>('language'))).toBe('language of bar');
    expect(lines).toEqual(['+a bar', '-a language of bar']);
    lines.length = 0;
    expect((await call(app, '/t/foo.com/nested')).text).toBe('foo: language of foo');
    await until(() => lines.length === 4);
    expect(lines.filter((line) => line.startsWith('+'))).toEqual(['+a foo', '+a foo']);
  });

  it('that throw refuse the work, and undo the hooks before them', async () => {
    const refuse = { opened: (): never => raise(new Error('not now')) };
    add(new Journal('a', lines), new Journal('b', lines, true), refuse, new Journal('c', lines));
    expect(await call(app, '/t/foo.com/home')).toMatchObject({ status: 500, json: { code: 'MT_HOOK_FAILED' } });
    await until(() => lines.length === 4);
    expect(lines.map((line) => line.slice(0, 2))).toEqual(['+a', '+b', '-b', '-a']);
    lines.length = 0;
    const ran: string[] = [];
    await expect(app.get(TenantContext).run('bar', () => ran.push('work'))).rejects.toMatchObject({
      cause: new Error('not now'),
    });
    expect([ran, lines.map((line) => line.slice(0, 2))]).toEqual([[], ['+a', '+b', '-b', '-a']]);
  });

  it('that hang refuse the work at their deadline with 503; what opens later is undone', async () => {
    let open: (exit: ScopeExit) => void = () => undefined;
    add(new Journal('a', lines), { opened: () => new Promise((resolve) => (open = resolve)), timeoutMs: 500 });
    const answer = call(app, '/t/foo.com/home');
    await until(() => lines.length === 1);
    clock.advance(500);
    expect(await answer).toMatchObject({ status: 503, json: { code: 'MT_HOOK_TIMEOUT' } });
    open(() => lines.push('undone'));
    await until(() => lines.length === 3);
    expect(lines.slice(1)).toEqual(['-a language of foo', 'undone']);
  });

  it('whose exit fails are logged, and keep no other exit from running', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const failing = (): never => raise(new Error('exit'));
    add(new Journal('a', lines), { opened: () => failing }, { opened: () => () => Promise.reject(new Error('late')) });
    await app.get(TenantContext).run('bar', () => undefined);
    await until(() => error.mock.calls.length === 2);
    expect(lines).toEqual(['+a bar', '-a language of bar']);
    error.mockRestore();
  });

  it('do not run where no tenant is served', async () => {
    add(new Journal('a', lines));
    expect((await call(app, '/t/unknown.com/home')).status).toBe(404);
    expect((await call(app, '/nothing')).status).toBe(404);
    expect(lines).toEqual([]);
  });

  it.each([null, {}, { opened: 1 }])('are refused where they are %p', (hook) => {
    expect(() => app.get(ScopeHooks).add(hook as ScopeHook)).toThrow('Argument hook');
  });
});

function raise(error: Error): never {
  throw error;
}
