import { compareSizes, msPerCall } from './compare.mjs';

const CALLS = 10;

/** What an operator does, each change committed. */
export async function measureChanges(subjects) {
  let made = 0;
  const create = (catalog) => {
    made += 1;
    return catalog.create({ id: `new-${made}`, domain: `new-${made}.example`, aliases: [`www.new-${made}.example`] });
  };
  const toggle = async (catalog, { id }) => {
    const { status } = await catalog.findById(id);
    return status === 'active' ? catalog.suspend(id) : catalog.activate(id);
  };
  const change = (what, act) =>
    compareSizes(subjects, {
      what,
      unit: 'ms',
      times: 2,
      cost: ({ catalog, names }) => msPerCall(CALLS, (turn) => act(catalog, names[turn % names.length])),
      explain: ({ explain, names }) => explain((catalog) => act(catalog, names[0])),
    });
  return [await change('create', create), await change('suspend or activate', toggle)];
}
