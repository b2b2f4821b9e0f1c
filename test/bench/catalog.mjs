import process from 'node:process';
import { measureChanges } from './catalog/changes.mjs';
import { measureLists } from './catalog/lists.mjs';
import { measureLookUps } from './catalog/look-ups.mjs';
import { openSubject } from './catalog/subject.mjs';

const SMALLER = [10, 10_000];
const GROUPS = { 'look-ups': measureLookUps, lists: measureLists, changes: measureChanges };

/** Packages whose versions belong to the figures. */
export const packages = ['pg'];

/**
 * Cost of the catalog on a real PostgreSQL, side by side at 10, 10,000 and as many tenants as asked for (1,000,000). Makes a
 * database for each on the server of `DATABASE_URL` (postgres://postgres@127.0.0.1:5432/postgres), as a superuser of it, and
 * drops it at the end.
 */
export async function measure({ tenants = '1000000' } = {}) {
  const largest = Number(tenants);
  if (!Number.isInteger(largest) || largest < 1)
    throw new Error(`--tenants is ${tenants}. Allowed: a whole number from 1`);
  const subjects = [];
  try {
    for (const size of [...SMALLER.filter((smaller) => smaller < largest), largest]) subjects.push(await opened(size));
    return await rowsOf(subjects);
  } finally {
    for (const { drop } of subjects) await drop();
  }
}

async function opened(size) {
  const subject = await openSubject(size);
  process.stderr.write(`catalog: ${size} tenants loaded in ${(subject.loadMs / 1000).toFixed(1)} s\n`);
  return subject;
}

async function rowsOf(subjects) {
  const rows = [];
  for (const [group, measureGroup] of Object.entries(GROUPS)) {
    process.stderr.write(`measuring: catalog, ${group}\n`);
    rows.push(...(await measureGroup(subjects)));
  }
  return rows;
}
