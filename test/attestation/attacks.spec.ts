import { attestRowLevelSecurity } from '@tenantry/postgres';
import type { IsolationFinding } from '@tenantry/postgres';
import { ROWS, SECRET } from './support/attack.js';
import type { Attack } from './support/attack.js';
import { ATTACKS } from './support/attacks.js';
import { goodDatabaseSql } from './support/bad-things.js';
import { pgliteBench, postgresBench } from './support/benches.js';
import type { Bench } from './support/benches.js';
import { LISTED } from './support/listed-findings.js';

describe.each([
  ['PostgreSQL', postgresBench, ATTACKS],
  ['PGlite', pgliteBench, ATTACKS.filter(({ server }) => !server)],
] as const)('an attack on %s', (_name, open, attacks) => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await open();
  }, 120_000);
  afterAll(() => bench.drop());
  beforeEach(async () => {
    await bench.admin.query(goodDatabaseSql(bench));
    await bench.admin.query(ROWS);
  });

  const attest = (): Promise<IsolationFinding[]> =>
    attestRowLevelSecurity(bench.app, { tables: ['project'], ...bench.assumed });

  /** What the application gets hold of while it works for one tenant. */
  const lootOf = async ({ attack }: Attack): Promise<string> => {
    const loot = bench.app.transaction(async (tx) => {
      if (bench.assumed.role !== undefined) await tx.query(`select set_config('role', $1, true)`, [bench.assumed.role]);
      await tx.query(`select set_config('tenantry.tenant_id', 'beta', true)`);
      throw new Error(JSON.stringify(await attack(tx, bench)));
    });
    return loot.catch((reason: unknown) => (reason as Error).message);
  };

  it.each(attacks)('succeeds, is found, and fails after the SQL of the finding: $what', async (attack) => {
    await bench.admin.query(attack.sql(bench));
    const wanted = attack.loot ?? SECRET;
    expect(await lootOf(attack)).toContain(wanted);
    const findings = await attest();
    expect(findings.map(({ kind, sql }) => (sql === null ? `${kind} by hand` : kind))).toEqual(attack.found);
    for (const { kind, severity } of findings) expect({ kind, severity }).toEqual({ kind, severity: LISTED.get(kind) });
    for (const { sql } of findings) if (sql !== null) await bench.admin.query(sql);
    const left = findings.filter(({ sql }) => sql === null);
    expect(await attest()).toEqual(left);
    if (left.length === 0) expect(await lootOf(attack)).not.toContain(wanted);
  });
});
