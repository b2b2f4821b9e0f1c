import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { fromHost, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import { TenantChangeFeed, TenantSyncModule } from '@tenantry/postgres';
import type { SqlDatabase, TenantSyncOptions } from '@tenantry/postgres';
import { until } from '../../../../test/support/until.js';
import { feedTroubleLog } from './feed-trouble-log.js';

const refused = Object.assign(new Error('connect ECONNREFUSED as user "secret"'), { code: 'ECONNREFUSED' });
const down: SqlDatabase = {
  query: () => Promise.reject(refused),
  transaction: () => Promise.reject(refused),
  close: () => Promise.resolve(),
};

const compile = (options: TenantSyncOptions): ReturnType<ReturnType<typeof Test.createTestingModule>['compile']> =>
  Test.createTestingModule({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog(),
        resolvers: [fromHost()],
        startupChecks: 'off',
      }),
      TenantSyncModule.forRootAsync({ inject: [], useFactory: async () => options }),
    ],
  }).compile();

describe('TenantSyncModule', () => {
  it('starts the feed with the application, which it neither holds up nor fails, and ends it at shutdown', async () => {
    const clock = new ManualClock();
    const errors: unknown[] = [];
    const module = await compile({ database: down, clock, onError: (error) => void errors.push(error) });
    const app = module.createNestApplication({ logger: false });
    await app.init();
    await until(() => errors.length > 0 && clock.pendingTimers > 0);
    expect(errors).toEqual([refused]);
    expect(app.get(TenantChangeFeed, { strict: false }).stats()).toMatchObject({ position: null, resets: 0 });
    await app.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('stops the start on a bad option', async () => {
    await expect(compile({ database: down, pollMs: 50 })).rejects.toMatchObject({ code: 'MT_ARGUMENT_INVALID' });
  });
});

describe('the log of a node that cannot follow', () => {
  it('has one line a minute, with the code of the driver and without its message', () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const clock = new ManualClock();
    const log = feedTroubleLog(clock);
    log(refused);
    log(refused);
    clock.advance(60_000);
    log(Object.assign(new Error('secret'), { code: 'not a code, but "secret"' }));
    log(new Error('secret'));
    const lines = warn.mock.calls.map(([line]) => String(line));
    warn.mockRestore();
    expect(lines).toEqual([
      expect.stringContaining(': ECONNREFUSED'),
      expect.stringContaining(': an unexpected error'),
    ]);
    expect(lines.join()).not.toContain('secret');
  });
});
