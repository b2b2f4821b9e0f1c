import { ManualClock } from '@tenantry/testing';
import type { SqlDatabase } from '../sql/sql-database.js';
import type { TenantChange } from './change-log.js';
import { TenantChangeFeed } from './tenant-change-feed.js';

/** A log with the versions that it is given. */
class Log {
  last = 2;
  versions: number[] = [];

  readonly database = {
    query: (text: string, [after]: readonly unknown[]) => Promise.resolve({ rows: this.#rows(text, Number(after)) }),
  } as unknown as SqlDatabase;

  #rows(text: string, after: number): unknown[] {
    if (text.includes('tenant_change_counter')) return [{ last: this.last, prunedTo: 0 }];
    return this.versions
      .filter((version) => version > after)
      .map((version) => ({ version, tenantId: `t${version}`, generation: 1, status: 'suspended', ageMs: 0 }));
  }
}

describe('a log of changes in which a version is missing', () => {
  let log: Log;
  let applied: (readonly string[] | 'all')[];
  let feed: TenantChangeFeed;

  beforeEach(async () => {
    log = new Log();
    applied = [];
    const apply = (changes: readonly TenantChange[] | null): void =>
      void applied.push(changes === null ? 'all' : changes.map(({ tenantId }) => tenantId));
    feed = new TenantChangeFeed({ database: log.database, apply, clock: new ManualClock() });
    await feed.start();
    applied = [];
  });
  afterEach(() => feed.close());

  it('has its changes applied in order where none is missing', async () => {
    Object.assign(log, { last: 4, versions: [3, 4] });
    await feed.read();
    expect(applied).toEqual([['t3', 't4']]);
    expect(feed.stats()).toMatchObject({ position: 4, resets: 0 });
  });

  it.each([
    ['the next version', [4]],
    ['every version', []],
  ])('has everything read again where %s was pruned while it was read', async (_what, versions) => {
    Object.assign(log, { last: 4, versions });
    await feed.read();
    expect(applied).toEqual(['all']);
    expect(feed.stats()).toMatchObject({ position: 4, resets: 1 });
  });
});
