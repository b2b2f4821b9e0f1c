const GOALS = [
  { setup: 'tenantry', limit: 1.1 },
  { setup: 'tenantry+client', limit: 1.15 },
];
const OURS = ['bare', 'bare-nest11', 'floor', 'als', 'tenantry', 'tenantry+client', 'tenantry+2clients'];
const MOST_FOR_MANY_TENANTS = 1.1;
/** With less, servers wait for requests, find a few at a time, and each costs more. */
const BUSY_ENOUGH = 0.95;

/**
 * The row of a set-up: medians over its starts, with the lowest and highest as spread.
 *
 * @param starts of each: `cpuUs` for a request of bare Nest and of the set-up beside it, microseconds, and `busy`, as measured side by side
 */
export function rowOf(setup, { adapter, node, tenants, depth }, starts) {
  const cpuUs = starts.map(({ cpuUs: [, own] }) => own);
  const ratios = starts.map(({ cpuUs: [bare, own] }) => own / bare);
  return {
    setup,
    adapter,
    node,
    tenants,
    depth,
    cpuUsPerRequest: median(cpuUs),
    bareCpuUsPerRequest: median(starts.map(({ cpuUs: [bare] }) => bare)),
    ratio: median(ratios),
    spread: { cpuUsPerRequest: range(cpuUs), ratio: range(ratios) },
    busy: Math.min(...starts.map(({ busy }) => busy)),
  };
}

/** One table for each adapter and version of Node: set-ups down, depths and numbers of tenants across. */
export function toMarkdown(rows) {
  const groups = grouped(rows);
  return [...groups].map(([group, members]) => `${group}:\n\n${tableOf(members)}`).join('\n\n');
}

/** Which goals the rows meet, and by how much. */
export function goalsOf(rows) {
  const lines = GOALS.flatMap(({ setup, limit }) =>
    rows.filter((row) => row.setup === setup).map((row) => verdict(row, row.ratio, limit, 'bare')),
  );
  return [...lines, ...manyTenants(rows), ...cheapest(rows)].join('\n');
}

function groupOf({ adapter, node }) {
  return `${adapter[0].toUpperCase()}${adapter.slice(1)}, Node ${node}`;
}

function grouped(rows) {
  const groups = new Map();
  for (const row of rows) groups.set(groupOf(row), [...(groups.get(groupOf(row)) ?? []), row]);
  return groups;
}

function tableOf(rows) {
  const columns = [...new Set(rows.map(columnOf))];
  const setups = [...new Set(rows.map(({ setup }) => setup))];
  const line = (setup) => [
    `\`${setup}\``,
    ...columns.map((column) => cell(rows.find((row) => row.setup === setup && columnOf(row) === column))),
  ];
  return [['set-up', ...columns], ['---', ...columns.map(() => '---')], ...setups.map(line)]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function columnOf({ tenants, depth }) {
  return `${tenants.toLocaleString('en')} tenants, ${depth} deep`;
}

function cell(row) {
  if (row === undefined) return '-';
  const { cpuUsPerRequest, ratio, spread } = row;
  return `${ratio.toFixed(2)} (${spread.ratio.map((value) => value.toFixed(2)).join(' to ')}); ${cpuUsPerRequest.toFixed(0)} µs`;
}

function verdict(row, ratio, limit, than) {
  const is = `${row.setup}, ${groupOf(row)}, ${columnOf(row)}: ${ratio.toFixed(2)} x ${than}`;
  return `- ${ratio <= limit ? 'met' : 'not met'}: ${is}, goal <= ${limit}`;
}

function manyTenants(rows) {
  return rows.flatMap((many) => {
    if (!GOALS.some(({ setup }) => setup === many.setup) || many.tenants === 10) return [];
    const few = rows.find((row) => row.tenants === 10 && isSameBut(row, many, 'tenants'));
    if (few === undefined) return [];
    return [verdict(many, manyBesideFew(many, few), MOST_FOR_MANY_TENANTS, 'ten tenants, beside what bare Nest takes')];
  });
}

function cheapest(rows) {
  return rows.flatMap((ours) => {
    if (ours.setup !== 'tenantry') return [];
    const others = rows.filter((row) => !OURS.includes(row.setup) && isSameBut(row, ours, 'setup'));
    const cheaper = others.filter((row) => row.ratio <= ours.ratio).map(({ setup }) => setup);
    if (others.length === 0) return [];
    const than =
      cheaper.length === 0 ? `cheaper than all ${others.length} others` : `not cheaper than ${cheaper.join(', ')}`;
    return [`- ${cheaper.length === 0 ? 'met' : 'not met'}: tenantry, ${groupOf(ours)}, ${columnOf(ours)}: ${than}`];
  });
}

/** Bare Nest itself takes longer when more hosts are asked for: what is compared is what tenancy makes of it. */
function manyBesideFew(many, few) {
  return many.ratio / few.ratio;
}

/** For a machine that shares its cores: says no more than that something has gone badly wrong. */
export function doubled(rows) {
  const worse = rows.filter(({ setup, ratio }) => GOALS.some((goal) => goal.setup === setup) && ratio > 2);
  return worse.length === 0
    ? 'doubled: no'
    : `doubled: YES, ${worse.map((row) => `${row.setup} on ${row.adapter}`).join(', ')} cost more than twice bare Nest`;
}

/** Which rows were taken while the load did not keep the servers busy: they say less. */
export function idleRows(rows) {
  return rows
    .filter(({ busy }) => busy < BUSY_ENOUGH)
    .map(
      (row) =>
        `- the servers waited for requests: ${row.setup}, ${groupOf(row)}, ${columnOf(row)}: busy ${row.busy.toFixed(2)}`,
    )
    .join('\n');
}

function isSameBut(one, other, key) {
  return ['setup', 'adapter', 'node', 'tenants', 'depth'].every((each) => each === key || one[each] === other[each]);
}

function range(values) {
  return [Math.min(...values), Math.max(...values)];
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
