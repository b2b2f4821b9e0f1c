import { Body, Controller, Get, Header, HttpCode, HttpException, Module, Post } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { fromPath, InMemoryTenantCatalog, MultitenancyModule, TenantContext, TenantOptional } from '@tenantry/core';
import { EntrySteps, OpenScopes } from '@tenantry/core/spi';
import type { EntryStep, TenantEntry } from '@tenantry/core/spi';
import { ManualClock } from '@tenantry/testing';
import { request } from 'node:http';
import { ADAPTERS, call, portOf, startApp } from '../support/http.js';
import { until } from '../support/until.js';

@Controller()
class HomeController {
  static handled = 0;

  constructor(private readonly context: TenantContext) {}

  @Post('t/:domain/home')
  @HttpCode(200)
  @Header('x-handler', 'yes')
  home(@Body() body: object): object {
    HomeController.handled += 1;
    return { tenant: this.context.tenant.id, body };
  }

  @Get('central')
  @TenantOptional()
  central(): string {
    return 'central';
  }
}

const step = (enter: EntryStep['enter'], timeoutMs?: number): EntryStep =>
  timeoutMs === undefined ? { enter } : { enter, timeoutMs };

describe.each(ADAPTERS)('entry steps on %s', (adapter) => {
  const clock = new ManualClock();
  let app: INestApplication;
  let lines: string[];
  let removers: (() => void)[];

  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog(
          Array.from({ length: 10 }, (_, index) => ({ id: `t${index}`, domain: `t${index}.com` })),
        ),
        resolvers: [fromPath()],
        clock,
      }),
    ],
    controllers: [HomeController],
  })
  class Root {}

  const add = (...steps: EntryStep[]): void => {
    removers.push(...steps.map((each) => app.get(EntrySteps).add(each)));
  };
  const post = (tenant = 't1'): ReturnType<typeof call> =>
    call(app, `/t/${tenant}.com/home`, {
      method: 'POST',
      body: { a: 1 },
      headers: { 'content-type': 'application/json' },
    });

  beforeAll(async () => void (app = await startApp(Root, adapter)));
  afterAll(() => app.close());
  beforeEach(() => {
    lines = [];
    removers = [];
    HomeController.handled = 0;
  });
  afterEach(() => removers.forEach((remove) => remove()));

  it('run in order, wait, and set headers; the body is read afterwards', async () => {
    add(
      step(({ response, tenant }) => {
        lines.push(`first ${tenant?.id ?? 'none'}`);
        response.setHeader('x-first', 'sync');
        return () => lines.push('first ends');
      }),
      step(async ({ response, request: raw }) => {
        await new Promise(setImmediate);
        lines.push(`second ${String(raw.readableFlowing === null || raw.isPaused())}`);
        response.setHeader('x-second', 'late');
        return () => lines.push('second ends');
      }),
    );
    const answer = await post();
    expect(answer).toMatchObject({ status: 200, json: { tenant: 't1', body: { a: 1 } } });
    expect(answer.headers).toMatchObject({ 'x-first': 'sync', 'x-second': 'late', 'x-handler': 'yes' });
    await until(() => lines.length === 4);
    expect(lines).toEqual(['first t1', 'second true', 'second ends', 'first ends']);
  });

  it('run for requests that name no tenant, and an unknown one', async () => {
    add(step(({ tenant, outcome }) => void lines.push(`${tenant?.id ?? 'none'} ${outcome.kind}`)));
    expect((await call(app, '/central')).text).toBe('central');
    expect((await post('unknown')).status).toBe(404);
    expect(lines).toEqual(['none notApplicable', 'none rejected']);
  });

  it.each([['at once', false] as const, ['late', true] as const])(
    'that throw %s refuse the request by the exception filters; the steps before them end',
    async (_when, isLate) => {
      const refusal = new HttpException({ reason: 'no' }, 418);
      add(
        step(() => () => void lines.push('first ends')),
        step(() => {
          if (isLate) return Promise.reject(refusal);
          throw refusal;
        }),
        step(() => void lines.push('never')),
      );
      expect(await post()).toMatchObject({ status: 418, json: { reason: 'no' } });
      expect(lines).toEqual(['first ends']);
      expect(HomeController.handled).toBe(0);
    },
  );

  it('that hang refuse the request at their deadline with 503', async () => {
    add(step(() => (lines.push('waits'), new Promise(() => undefined)), 500));
    const answer = post();
    await until(() => lines.length === 1);
    clock.advance(500);
    expect(await answer).toMatchObject({ status: 503, json: { code: 'MT_HOOK_TIMEOUT' } });
  });

  it('that wait learn that the client has gone; nothing else runs, and nothing stays open', async () => {
    let entry: TenantEntry | undefined;
    let resume: () => void = () => undefined;
    add(
      step(() => () => void lines.push('first ends')),
      step((arrived) => {
        entry = arrived;
        const { signal } = arrived;
        return new Promise(
          (resolve) => (resume = () => resolve(() => lines.push(`second ends, ${String(signal.aborted)}`))),
        );
      }),
    );
    const client = request({ port: portOf(app), host: '127.0.0.1', path: '/t/t1.com/home', method: 'POST' });
    client.on('error', () => undefined).end();
    await until(() => entry !== undefined);
    client.destroy();
    await until(() => entry?.signal.aborted === true);
    await until(() => app.get(OpenScopes).countOf('t1') === 0);
    resume();
    await until(() => lines.length === 2);
    expect([lines, HomeController.handled]).toEqual([['first ends', 'second ends, true'], 0]);
  });

  it('that queue requests resume each in its own context: 0 of 1,000 in that of another', async () => {
    const waiting: (() => void)[] = [];
    add(step(() => new Promise<void>((resolve) => waiting.push(resolve))));
    const answers = Array.from({ length: 1_000 }, (_, index) => post(`t${index % 10}`));
    const release = setInterval(
      () =>
        waiting
          .splice(0)
          .reverse()
          .forEach((resume) => resume()),
      1,
    );
    const tenants = (await Promise.all(answers)).map(({ json }) => (json as { tenant: string }).tenant);
    clearInterval(release);
    expect(tenants.filter((tenant, index) => tenant !== `t${index % 10}`)).toEqual([]);
  });

  it('cost nothing while there is none', async () => {
    const run = jest.spyOn(EntrySteps.prototype, 'run');
    expect((await post()).status).toBe(200);
    expect(run).not.toHaveBeenCalled();
    run.mockRestore();
  });

  it.each([null, {}, { enter: 1 }])('are refused where they are %p', (bad) => {
    expect(() => app.get(EntrySteps).add(bad as EntryStep)).toThrow('Argument step');
  });
});
