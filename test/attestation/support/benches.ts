import pg from 'pg';
import { pgDatabase, pgliteDatabase } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import { createPglite, createTestDatabase } from '../../support/postgres.js';

/** A database with an owner of tables, who is no superuser, and an application's role. */
export interface Bench {
  /** As a superuser. */
  readonly admin: SqlDatabase;
  /** As the owner of what it makes. */
  readonly owner: SqlDatabase;
  /** Who it is. */
  readonly ownerRole: string;
  /** What the application connects with. */
  readonly app: SqlDatabase;
  readonly appRole: string;
  /** A role that has nothing to do with the others yet. */
  readonly thirdRole: string;
  /** The role to assume inside of the application's transactions. */
  readonly assumed: { readonly role: string } | Record<string, never>;
  /** As the application, on new connections, where there are any. The caller closes it. */
  connectAgain(): SqlDatabase;
  drop(): Promise<void>;
}

/** On the PostgreSQL of the tests. The caller drops it. */
export async function postgresBench(): Promise<Bench> {
  const test = await createTestDatabase();
  const open = (connectionString: string): SqlDatabase =>
    pgDatabase(new pg.Pool({ connectionString, max: 2 }), { onIdleError: () => undefined });
  const [admin, app] = [open(test.adminUrl), open(test.appUrl)];
  const [ownerRole, thirdRole] = [`${test.appRole}_owner`, `${test.appRole}_third`];
  await admin.query(rolesSql(ownerRole, thirdRole));
  const drop = async (): Promise<void> => {
    await Promise.all([app.close(), admin.query(dropRolesSql(ownerRole, thirdRole))]);
    await admin.close();
    await test.drop();
  };
  const roles = { ownerRole, thirdRole, appRole: test.appRole, assumed: {} };
  return { admin, app, owner: assuming(admin, ownerRole), ...roles, connectAgain: () => open(test.appUrl), drop };
}

/** On PGlite, whose one user is a superuser. The caller drops it. */
export async function pgliteBench(): Promise<Bench> {
  const admin = pgliteDatabase(await createPglite());
  await admin.query(`create role app; ${rolesSql('the_owner', 'third')}`);
  const roles = { ownerRole: 'the_owner', thirdRole: 'third', appRole: 'app', assumed: { role: 'app' } };
  const owner = assuming(admin, 'the_owner');
  return { admin, app: admin, owner, ...roles, connectAgain: () => admin, drop: () => admin.close() };
}

function rolesSql(owner: string, third: string): string {
  return `create role ${owner}; create role ${third};
    do $$ begin execute format('grant create on database %I to ${owner}', current_database()); end $$;`;
}

function dropRolesSql(...roles: readonly string[]): string {
  return roles.map((role) => `drop owned by ${role} cascade; drop role ${role};`).join('\n');
}

/** A database that works as another role. */
function assuming(database: SqlDatabase, role: string): SqlDatabase {
  const transaction: SqlDatabase['transaction'] = (fn) =>
    database.transaction(async (tx) => {
      await tx.query(`select set_config('role', $1, true)`, [role]);
      return fn(tx);
    });
  return {
    transaction,
    query: (text, params) => transaction((tx) => tx.query(text, params)),
    close: () => database.close(),
  };
}
