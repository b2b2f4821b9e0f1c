import { attestRowLevelSecurity } from '@tenantry/postgres';
import type { AcceptedPolicy } from '@tenantry/postgres';
import { goodDatabaseSql } from './support/bad-things.js';
import { postgresBench } from './support/benches.js';
import type { Bench } from './support/benches.js';

const OWN = `tenant_id = nullif(current_setting('tenantry.tenant_id', true), '')`;

describe('policies of other shapes', () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await postgresBench();
  });
  afterAll(() => bench.drop());

  const attest = async (tables: string[], acceptPolicies: AcceptedPolicy[] = []): Promise<string[]> => {
    const findings = await attestRowLevelSecurity(bench.app, { tables: ['project', ...tables], acceptPolicies });
    return findings
      .filter(({ kind }) => kind !== 'unique-without-tenant')
      .map(({ kind, object }) => `${kind} ${object}`);
  };

  describe('of a table whose rows belong to rows of another one', () => {
    beforeEach(() =>
      bench.admin.query(`${goodDatabaseSql(bench)}
        create table album (tenant_id text not null, id int primary key, code int, unique (tenant_id, code));
        alter table album enable row level security; alter table album force row level security;
        create policy own on album using (${OWN}) with check (${OWN});
        create table track (id int primary key, album_id int not null references album (id));
        alter table track enable row level security; alter table track force row level security;
        create table note (track_id int not null references track (id));
        alter table note enable row level security; alter table note force row level security;
        grant select, insert, update, delete on album, track, note to ${bench.appRole};`),
    );

    const policy = (table: string, condition: string): Promise<unknown> =>
      bench.admin.query(`create policy p on ${table} using (${condition}) with check (${condition})`);
    const ofAlbum = 'exists (select from album a where a.id = track.album_id)';

    it.each([
      ofAlbum,
      'exists (select 1 from album where album.id = album_id and album.code > 0)',
      'album_id in (select id from album)',
      'album_id in (select a.id from album a where a.code > 0) and id > 0',
      'album_id = any (select id from album)',
    ])('is bound by %s', async (condition) => {
      await policy('track', condition);
      expect(await attest(['track'])).toEqual([]);
      await bench.admin.query(`insert into album values ('a', 1), ('b', 2); insert into track values (1, 1), (2, 2);
        update album set code = id`);
      const seen = await bench.app.transaction(async (tx) => {
        await tx.query(`select set_config('tenantry.tenant_id', 'a', true)`);
        return (await tx.query('select id from track')).rows;
      });
      expect(seen).toEqual([{ id: 1 }]);
    });

    it('is bound by the parent of its parent', async () => {
      await policy('track', ofAlbum);
      await policy('note', 'exists (select from track t where t.id = note.track_id)');
      expect(await attest(['track', 'note'])).toEqual([]);
    });

    it.each([
      ['error', 'exists (select from album)'],
      ['error', `${ofAlbum} or id > 0`],
      ['error', 'not exists (select from album a where a.id = track.album_id)'],
      ['error', 'album_id not in (select id from album)'],
      ['warning', 'exists (select from album a where a.code = track.album_id)'],
      ['error', 'exists (select from album a where a.id = track.album_id or true)'],
      ['warning', 'album_id in (select code from album)'],
    ])('is found (%s) with %s', async (severity, condition) => {
      await policy('track', condition);
      const kind = severity === 'error' ? 'policy-not-bound-to-tenant' : 'policy-not-understood';
      expect(await attest(['track'])).toContain(`${kind} policy "p" on "track"`);
    });

    it('is found where the parent is not bound', async () => {
      await policy('track', ofAlbum);
      await bench.admin.query('create policy open on album using (true)');
      expect(await attest(['track'])).toContain('policy-not-bound-to-tenant policy "p" on "track"');
    });

    it('is found where the policies of two tables refer to each other only', async () => {
      await bench.admin.query('alter table track add unique (album_id)');
      await policy('track', 'exists (select from note n where n.track_id = track.id)');
      await bench.admin.query('alter table note add unique (track_id)');
      await policy('note', 'exists (select from track t where t.id = note.track_id)');
      expect(await attest(['track', 'note'])).toEqual(
        expect.arrayContaining([
          'policy-not-bound-to-tenant policy "p" on "track"',
          'policy-not-bound-to-tenant policy "p" on "note"',
        ]),
      );
    });
  });

  describe('for rows of every tenant', () => {
    beforeEach(() =>
      bench.admin.query(`${goodDatabaseSql(bench)} create policy shared on project for select using (name = 'shared')`),
    );

    it('is accepted by its name, on its table only', async () => {
      expect(await attest([], [{ table: 'project', policy: 'shared' }])).toEqual([]);
      expect(await attest([], [{ table: 'public.project', policy: 'shared' }])).toEqual([]);
      const found = ['policy-not-bound-to-tenant policy "shared" on "project"'];
      expect(await attest([])).toEqual(found);
      expect(await attest([], [{ table: 'project', policy: 'other' }])).toEqual(found);
      expect(await attest([], [{ table: 'other', policy: 'shared' }])).toEqual(found);
    });

    it('is not accepted where it lets rows be written', async () => {
      await bench.admin.query(`drop policy shared on project; create policy shared on project using (name = 'shared')`);
      expect(await attest([], [{ table: 'project', policy: 'shared' }])).toEqual([
        'policy-without-check policy "shared" on "project"',
      ]);
    });

    it('is dropped by its remedy, which leaves the other policies as they are and names acceptPolicies', async () => {
      const [found] = await attestRowLevelSecurity(bench.app, { tables: ['project'] });
      expect(found?.sql).toBe('drop policy "shared" on "public"."project";');
      expect(found?.remedy).toContain('acceptPolicies');
    });
  });
});
