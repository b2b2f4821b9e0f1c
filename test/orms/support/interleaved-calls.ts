import { TENANTS } from '../../isolation/support/tenants-server.js';
import type { Project, Projects } from './project-store.js';
import type { TenantStores } from './tenant-stores.js';

/** How many calls wait at a time. */
export const AT_ONCE = 50;

/** What came of the calls: rows of another tenant, or none at all where there must be some; errors; answers. */
export interface Seen {
  foreign: number;
  failed: number;
  answered: number;
}

/** What comes of so many calls where all is well. */
export function expectedOf(calls: number): Seen {
  return { foreign: 0, failed: calls / 5, answered: (calls * 4) / 5 };
}

/** Each kind of call comes from both tenants in turn. Two in ten fail: one by a statement, one by its own wish. */
export async function interleavedCalls(stores: TenantStores, calls: number): Promise<Seen> {
  const seen: Seen = { foreign: 0, failed: 0, answered: 0 };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < calls) await oneCall(stores, (next += 1), seen);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return seen;
}

async function oneCall(stores: TenantStores, n: number, seen: Seen): Promise<void> {
  const tenantId = TENANTS[(n + Math.floor(n / 10)) % 2] as string;
  const check = (projects: readonly (Project | null)[]): void => {
    seen.answered += 1;
    if (projects.length === 0) seen.foreign += 1;
    seen.foreign += projects.filter((project) => project?.body.startsWith(`${tenantId} `) !== true).length;
  };
  const fail = (): void => void (seen.failed += 1);
  await stores.use(tenantId, async (store) => {
    if (n % 10 === 3) return store.execute('select 1/0').then(check.bind(null, []), fail);
    if (n % 10 === 7) return store.transaction((tx) => failingWork(tx, tenantId)).catch(fail);
    if (n % 10 === 5) return check([await store.find(1)]);
    if (n % 10 === 6) return check(await store.transaction((tx) => work(tx, tenantId)));
    return check(await store.list());
  });
}

async function work(tx: Projects, tenantId: string): Promise<Project[]> {
  await tx.update({ id: 2, body: `${tenantId} 2` });
  return tx.list();
}

async function failingWork(tx: Projects, tenantId: string): Promise<void> {
  await tx.create({ id: 9, body: `${tenantId} 9` });
  throw new Error('on purpose');
}
