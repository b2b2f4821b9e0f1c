import { compareSizes, msPerCall } from './compare.mjs';

const CALLS = 3;
const WALK_LIMIT = 1_000;
const SORTS = ['id', 'domain', 'name', 'createdAt'];

/** Filters that fill pages at 10,000 tenants as at a million; there a page must not cost more. */
const BROAD = [
  ['all', {}],
  ['suspended', { status: 'suspended' }],
  ['active', { status: 'active' }],
  ['on gold', { plan: 'gold' }],
  ['active on gold', { status: 'active', plan: 'gold' }],
  ['domain contains example', { domain: { contains: 'example' } }],
];

/** Filters that some 240, 1,000 and 600 of a million meet, and at 10,000 too few for a page. */
const NARROW = [
  ['domain starts with 4a7', { domain: { startsWith: '4a7' } }],
  ['domain ends with 777.example', { domain: { endsWith: '777.example' } }],
  ['domain contains 7777', { domain: { contains: '7777' } }],
];

/** The first, a middle and the last page of 50, of every sort and filter. */
export async function measureLists(subjects) {
  const rows = [];
  for (const [name, filter] of [...BROAD, ...NARROW]) {
    const times = NARROW.some(([narrow]) => narrow === name) ? {} : { times: 2 };
    for (const by of SORTS)
      rows.push(...(await measureList(subjects, { what: `${name}, by ${by}`, filter, by, times })));
  }
  return rows;
}

async function measureList(subjects, { what, filter, by, times }) {
  const places = new Map();
  for (const subject of subjects) places.set(subject, await walk(subject, { filter, sort: { by } }));
  const rows = [];
  for (const place of ['first', 'middle', 'last']) {
    const queryOf = (subject) => ({ filter, sort: { by }, limit: 50, ...places.get(subject)[place] });
    rows.push(
      await compareSizes(subjects, {
        what: `list ${what}: ${place} page`,
        unit: 'ms',
        ...times,
        cost: (subject) => msPerCall(CALLS, () => subject.catalog.list(queryOf(subject))),
        explain: (subject) => subject.explain((catalog) => catalog.list(queryOf(subject))),
      }),
    );
  }
  return rows;
}

/** Goes through the whole list once, and notes where its middle and its last page begin. */
async function walk({ catalog }, query) {
  const cursors = [];
  for (let after = {}; after !== null;) {
    const { next } = await catalog.list({ ...query, limit: WALK_LIMIT, ...after });
    after = next === null ? null : { after: next };
    if (after !== null) cursors.push(after);
  }
  return { first: {}, middle: cursors[cursors.length >> 1] ?? {}, last: cursors.at(-1) ?? {} };
}
