import pg from 'pg';
import { pgDatabase, PostgresTenantLifecycleStore } from '@tenantry/postgres';
import { crashing, scenario } from './crash-scenario.js';

/*
 * A process of its own, which dies at the given point: node crash-child.js <url> <create|fail|delete|resume> <tenant> <point>
 */

const [url, task, tenant = '', deadly] = process.argv.slice(2);

function at(point: string): void {
  if (point === deadly) process.kill(process.pid, 'SIGKILL');
}

async function main(): Promise<void> {
  const database = pgDatabase(new pg.Pool({ connectionString: url as string, max: 2 }));
  const store = crashing(new PostgresTenantLifecycleStore(database), at);
  const lifecycle = scenario(store, database, at, task === 'fail');
  if (task === 'delete') await lifecycle.delete(tenant);
  else if (task === 'resume') await lifecycle.resumeDue();
  else await lifecycle.create({ id: tenant, domain: `${tenant}.com` });
  await lifecycle.idle();
  await database.close();
}

main().catch((error: unknown) => {
  process.exitCode = 1;
  process.stderr.write(String(error));
});
