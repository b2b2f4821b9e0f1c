import { ConsoleLogger, Controller, Get, Injectable, Logger, Module, Param } from '@nestjs/common';
import type { INestApplication, LoggerService, LogLevel } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { NestFactory } from '@nestjs/core';
import {
  fromPath,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantContext,
  TenantLogger,
  tenantLogMixin,
  TenantOptional,
} from '@tenantry/core';
import pino from 'pino';
import { ADAPTERS, call } from '../support/http.js';
import { until } from '../support/until.js';

type Line = readonly [level: string, ...parts: unknown[]];

/** Keeps what it is given. */
class KeepingLogger implements LoggerService {
  readonly lines: Line[] = [];
  levels: LogLevel[] | undefined;
  log = (...parts: unknown[]): unknown => this.lines.push(['log', ...parts]);
  error = (...parts: unknown[]): unknown => this.lines.push(['error', ...parts]);
  warn = (...parts: unknown[]): unknown => this.lines.push(['warn', ...parts]);
  debug = (...parts: unknown[]): unknown => this.lines.push(['debug', ...parts]);
  verbose = (...parts: unknown[]): unknown => this.lines.push(['verbose', ...parts]);
  fatal = (...parts: unknown[]): unknown => this.lines.push(['fatal', ...parts]);
  setLogLevels = (levels: LogLevel[]): unknown => (this.levels = levels);

  of(context: string): Line[] {
    return this.lines.filter((line) => line.at(-1) === context).map((line) => line.slice(0, -1) as unknown as Line);
  }
}

const pinoLines: Record<string, unknown>[] = [];
const pinoLogger = pino(
  { mixin: tenantLogMixin },
  { write: (line: string) => void pinoLines.push(JSON.parse(line) as Record<string, unknown>) },
);

/** Holds requests back until as many have come as it waits for. */
class Meeting {
  #waiting = 0;
  async join(): Promise<void> {
    this.#waiting += 1;
    await until(() => this.#waiting >= 2);
  }
}
let meeting = new Meeting();

@Injectable()
class Worker {
  readonly #logger = new Logger('Work');

  async work(name: string): Promise<void> {
    this.#logger.log(`${name} begins`);
    await meeting.join();
    this.#logger.log(`${name} ends`);
    pinoLogger.info(name);
  }
}

@Controller('t/:domain/work')
class WorkController {
  constructor(private readonly worker: Worker) {}
  @Get()
  async get(@Param('domain') domain: string): Promise<object> {
    await this.worker.work(domain);
    return {};
  }
}

@Controller(['open', 't/:domain/open'])
@TenantOptional()
class OpenController {
  readonly #logger = new Logger('Open');
  @Get()
  get(): object {
    this.#logger.warn('reached');
    return tenantLogMixin();
  }
}

const catalog = new InMemoryTenantCatalog([
  { id: 'foo', domain: 'foo.com' },
  { id: 'bar', domain: 'bar.com' },
]);

@Module({
  imports: [MultitenancyModule.forRoot({ catalog, resolvers: [fromPath()] })],
  controllers: [WorkController, OpenController],
  providers: [Worker],
})
class AppModule {}

describe.each(ADAPTERS)('a TenantLogger on %s', (adapter) => {
  const kept = new KeepingLogger();
  let app: INestApplication;

  beforeAll(async () => {
    const platform = adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
    app = await NestFactory.create(AppModule, platform, { logger: new TenantLogger(kept) });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());
  beforeEach(() => {
    kept.lines.length = 0;
    pinoLines.length = 0;
    meeting = new Meeting();
  });

  it('names the tenant of each request, also of two that run at the same time; pino’s mixin too', async () => {
    await Promise.all([call(app, '/t/foo.com/work'), call(app, '/t/bar.com/work')]);
    const texts = kept.of('Work').map(([, text]) => text);
    expect(texts.sort()).toEqual([
      '[bar] bar.com begins',
      '[bar] bar.com ends',
      '[foo] foo.com begins',
      '[foo] foo.com ends',
    ]);
    const records = pinoLines.map(({ msg, tenantId }) => [msg, tenantId]);
    expect(records.sort()).toEqual([
      ['bar.com', 'bar'],
      ['foo.com', 'foo'],
    ]);
  });

  it.each([
    ['no tenant', '/open'],
    ['a tenant that is refused', '/t/nosuch.com/open'],
  ])('changes nothing with %s, and never throws', async (_what, path) => {
    const answer = await call(app, path);
    expect([answer.status, answer.json]).toEqual([200, {}]);
    expect(kept.of('Open')).toEqual([['warn', 'reached']]);
  });

  it('names the tenant of jobs', async () => {
    await app.get(TenantContext).run('bar', () => new Logger('Job').log('done'));
    expect(kept.of('Job')).toEqual([['log', '[bar] done']]);
  });
});

describe('a TenantLogger', () => {
  const kept = new KeepingLogger();
  let app: INestApplication;

  beforeAll(async () => {
    app = await NestFactory.create(AppModule, new ExpressAdapter(), { bufferLogs: true });
    app.useLogger(new TenantLogger(kept));
    await app.init();
  });
  afterAll(() => app.close());
  beforeEach(() => void (kept.lines.length = 0));

  const asFoo = (work: () => unknown): Promise<unknown> => app.get(TenantContext).run('foo', work);

  it('has what Nest said while it started, by app.useLogger and a buffer', async () => {
    const lines = new KeepingLogger();
    const other = await NestFactory.create(AppModule, new ExpressAdapter(), { bufferLogs: true });
    other.useLogger(new TenantLogger(lines));
    await other.init();
    await other.close();
    expect(lines.of('NestFactory')).toEqual([['log', 'Starting Nest application...']]);
    expect(lines.of('NestApplication')).toContainEqual(['log', 'Nest application successfully started']);
  });

  it('passes every level on, and puts the id before what is no text', async () => {
    const logger = new TenantLogger(kept);
    const error = new Error('broken');
    await asFoo(() => {
      logger.error('failed', 'the stack', 'C');
      logger.error(error, 'C');
      logger.warn({ a: 1 }, 'C');
      logger.debug('d');
      logger.verbose('v');
      logger.fatal('f');
    });
    logger.setLogLevels(['fatal']);
    expect(kept.lines).toEqual([
      ['error', '[foo] failed', 'the stack', 'C'],
      ['error', '[foo]', error, 'C'],
      ['warn', '[foo]', { a: 1 }, 'C'],
      ['debug', '[foo] d'],
      ['verbose', '[foo] v'],
      ['fatal', '[foo] f'],
    ]);
    expect(kept.levels).toEqual(['fatal']);
  });

  it('asks no more of a logger than Nest does', async () => {
    const said: unknown[] = [];
    const say = (text: unknown): unknown => said.push(text);
    const logger = new TenantLogger({ log: say, error: say, warn: say });
    await asFoo(() => {
      logger.debug('no');
      logger.verbose('no');
      logger.fatal('no');
      logger.setLogLevels(['log']);
      logger.log('yes');
    });
    expect(said).toEqual(['[foo] yes']);
  });

  describe('around a ConsoleLogger that prints JSON', () => {
    const printed: Record<string, unknown>[] = [];
    beforeEach(() => {
      printed.length = 0;
      for (const stream of [process.stdout, process.stderr]) {
        jest.spyOn(stream, 'write').mockImplementation((chunk) => {
          printed.push(JSON.parse(String(chunk)) as Record<string, unknown>);
          return true;
        });
      }
    });
    afterEach(() => void jest.restoreAllMocks());

    it('adds a member tenantId beside the message and what the caller adds', async () => {
      const logger = new TenantLogger(new ConsoleLogger({ json: true, flattenParams: true }));
      logger.log('outside', 'C');
      await asFoo(() => {
        logger.log('plain');
        logger.log('with more', { order: 7 }, 'C');
        logger.error('failed', 'Error: x\n    at y (z:1:2)', 'C');
        logger.error(new Error('broken'), 'C');
      });
      expect(printed).toEqual([
        { ...head('log', 'outside'), context: 'C' },
        { ...head('log', 'plain'), tenantId: 'foo' },
        { ...head('log', 'with more'), tenantId: 'foo', order: 7, context: 'C' },
        { ...head('error', 'failed'), tenantId: 'foo', context: 'C', stack: 'Error: x\n    at y (z:1:2)' },
        {
          ...head('error', 'broken'),
          tenantId: 'foo',
          context: 'C',
          error: expect.objectContaining({ name: 'Error' }),
        },
      ]);
    });

    it('adds it to params where those are not flattened', async () => {
      const logger = new TenantLogger(new ConsoleLogger({ json: true }));
      await asFoo(() => logger.log('plain', 'C'));
      expect(printed).toEqual([{ ...head('log', 'plain'), params: { tenantId: 'foo' }, context: 'C' }]);
    });

    function head(level: string, message: string): object {
      return { level, message, pid: process.pid, timestamp: expect.any(Number) };
    }
  });

  it('uses the configured format', async () => {
    const logger = new TenantLogger(kept, { format: 'json' });
    await asFoo(() => logger.log('x', 'C'));
    expect(kept.lines).toEqual([['log', 'x', { tenantId: 'foo' }, 'C']]);
  });
});

describe('tenantLogMixin', () => {
  it('gives an object of its own each time, as pino adds to it', () => {
    expect(tenantLogMixin()).toEqual({});
    expect(tenantLogMixin()).not.toBe(tenantLogMixin());
  });
});
