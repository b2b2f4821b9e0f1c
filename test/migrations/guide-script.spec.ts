import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileNode } from '../nodes/support/nodes.js';
import { until } from '../support/until.js';
import { createSchemas, idsOf, ledgerOf, targetsOf, THREE } from './support/schemas.js';
import type { Schemas } from './support/schemas.js';

const GUIDE = readFileSync('docs/guides/tenant-migrations.md', 'utf8');
const SCRIPT = /```js\n(\/\/ migrate-tenants\.mjs\n[^]*?)```/.exec(GUIDE)?.[1] ?? '';

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** Processes start slowly on a busy machine. */
const PATIENCE_MS = 120_000;

describe('the script of the guide', () => {
  let compiled: ReturnType<typeof compileNode>;
  let schemas: Schemas;

  beforeAll(() => {
    compiled = compileNode();
    writeFileSync(join(compiled.folder, 'migrate-tenants.mjs'), SCRIPT);
    mkdirSync(join(compiled.folder, 'migrations'));
    for (const { name, up } of THREE.slice(0, 2)) {
      writeFileSync(join(compiled.folder, 'migrations', `${name}.sql`), String(up));
    }
    writeFileSync(join(compiled.folder, 'migrations', '0003-index.sql'), 'create index note_author on note (author);');
    writeFileSync(join(compiled.folder, 'migrations', 'read-me.txt'), 'no SQL');
  });
  afterAll(() => compiled.remove());
  beforeEach(async () => {
    schemas = await createSchemas(2);
  });
  afterEach(() => schemas.drop());

  const start = (): ChildProcess & { ended: Promise<Ended> } => {
    const child = spawn(process.execPath, ['migrate-tenants.mjs', 'migrations'], {
      cwd: compiled.folder,
      env: { ...process.env, OWNER_DATABASE_URL: schemas.url },
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal, out, err }));
    });
    return Object.assign(child, { ended });
  };

  const waitsForGate = async (): Promise<boolean> => {
    const { rowCount } = await schemas.database.query(
      `select 1 from pg_locks where not granted and relation = 'public.gate'::regclass`,
      [],
    );
    return rowCount > 0;
  };

  it(
    'migrates every tenant, and says when one fails',
    async () => {
      await targetsOf(schemas.database, 'a', 'b');
      expect(await start().ended).toMatchObject({ code: 0, err: '', out: expect.stringContaining('2/2') });
      await targetsOf(schemas.database, 'c');
      await schemas.database.query('create table tenant_c.note (id int)');
      const failed = await start().ended;
      expect(failed.code).toBe(1);
      expect(failed.err).toMatch(/Tenant "c" failed at migration "0001-notes.sql": relation "note" already exists/);
    },
    PATIENCE_MS,
  );

  it(
    'leaves nothing half done when it is killed, and continues when it is started again',
    async () => {
      const ids = idsOf(6);
      await targetsOf(schemas.database, ...ids);
      // The third tenant's second migration waits for this table, after the script has altered it in its transaction.
      await schemas.database.query('create table public.gate (id int)');
      writeFileSync(
        join(compiled.folder, 'migrations', '0002-author.sql'),
        `alter table note add column author text; do $$ begin
         if current_schema() = 'tenant_t0002' then lock table public.gate; end if;
       end $$;`,
      );
      const child = start();
      await schemas.other.transaction(async (tx) => {
        await tx.query('lock table public.gate');
        await until(waitsForGate);
        child.kill('SIGKILL');
        expect(await child.ended).toMatchObject({ signal: 'SIGKILL' });
      });
      await until(async () => !(await waitsForGate()));
      expect(await ledgerOf(schemas.database, 'tenant_t0002')).toEqual(['0001-notes.sql']);
      const { rowCount } = await schemas.database.query(
        `select 1 from information_schema.columns where table_schema = 'tenant_t0002' and column_name = 'author'`,
        [],
      );
      expect(rowCount).toBe(0);

      expect(await start().ended).toMatchObject({ code: 0, err: '' });
      for (const id of ids) {
        expect(await ledgerOf(schemas.database, `tenant_${id}`)).toEqual([
          '0001-notes.sql',
          '0002-author.sql',
          '0003-index.sql',
        ]);
      }
    },
    PATIENCE_MS,
  );

  it(
    'may run in two processes at once: each migration is applied once',
    async () => {
      writeFileSync(
        join(compiled.folder, 'migrations', '0002-author.sql'),
        `alter table note add column author text; insert into note values (1, 'first', 'us');`,
      );
      const ids = idsOf(20);
      await targetsOf(schemas.database, ...ids);
      const ended = await Promise.all([start().ended, start().ended]);
      expect(ended.map(({ code, err }) => ({ code, err }))).toEqual([
        { code: 0, err: '' },
        { code: 0, err: '' },
      ]);
      for (const id of ids) expect(await ledgerOf(schemas.database, `tenant_${id}`)).toHaveLength(3);
      const lines = ended.flatMap(({ out }) => out.match(/^ {2}.*$/gm) ?? []);
      expect(lines).toHaveLength(60);
      expect(new Set(lines).size).toBe(60);
    },
    PATIENCE_MS,
  );
});
