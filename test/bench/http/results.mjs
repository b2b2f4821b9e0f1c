const GOALS = [
  { setup: 'tenantry', limit: 1.1 },
  { setup: 'tenantry+client', limit: 1.15 },
];
const OURS = ['bare', 'bare-nest11', 'floor', 'als', 'tenantry', 'tenantry+client', 'tenantry+2clients'];
const MOST_FOR_MANY_TENANTS = 1.1;

/** One row per contender: medians over the rounds, with the quartiles as spread. A ratio is to bare Nest in the same round. */
export function rowsOf(contenders, cell) {
  return contenders.map(({ setup, tenants, cpuUs }) => {
    const bare = contenders.find((other) => other.setup === 'bare' && other.tenants === tenants)?.cpuUs;
    const ratios = bare?.map((value, round) => cpuUs[round] / value);
    return {
      setup,
      adapter: cell.adapter,
      node: cell.node,
      tenants,
      depth: cell.depth,
      cpuUsPerRequest: quantile(cpuUs, 0.5),
      ratio: ratios === undefined ? null : quantile(ratios, 0.5),
      spread: { cpuUsPerRequest: quartiles(cpuUs), ratio: ratios === undefined ? null : quartiles(ratios) },
    };
  });
}

/** One table for each adapter and version of Node: set-ups down, depths and numbers of tenants across. */
export function toMarkdown(rows) {
  const groups = grouped(rows);
  return [...groups].map(([group, members]) => `${group}:\n\n${tableOf(members)}`).join('\n\n');
}

/** Which goals the rows meet, and by how much. */
export function goalsOf(rows) {
  const lines = GOALS.flatMap(({ setup, limit }) =>
    rows
      .filter((row) => row.setup === setup && row.ratio !== null)
      .map((row) => verdict(row, row.ratio, limit, 'bare')),
  );
  return [...lines, ...manyTenants(rows), ...cheapest(rows), doubled(rows)].join('\n');
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

function cell({ cpuUsPerRequest, ratio, spread }) {
  const time = `${cpuUsPerRequest.toFixed(1)} µs`;
  if (ratio === null) return time;
  return `${time}; ${ratio.toFixed(2)} (${spread.ratio.map((value) => value.toFixed(2)).join(' to ')})`;
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
    return [verdict(many, many.cpuUsPerRequest / few.cpuUsPerRequest, MOST_FOR_MANY_TENANTS, 'ten tenants')];
  });
}

function cheapest(rows) {
  return rows.flatMap((ours) => {
    if (ours.setup !== 'tenantry') return [];
    const others = rows.filter((row) => !OURS.includes(row.setup) && isSameBut(row, ours, 'setup'));
    const cheaper = others.filter((row) => row.cpuUsPerRequest <= ours.cpuUsPerRequest).map(({ setup }) => setup);
    if (others.length === 0) return [];
    const than =
      cheaper.length === 0 ? `cheaper than all ${others.length} others` : `not cheaper than ${cheaper.join(', ')}`;
    return [`- ${cheaper.length === 0 ? 'met' : 'not met'}: tenantry, ${groupOf(ours)}, ${columnOf(ours)}: ${than}`];
  });
}

/** For a machine that shares its cores: says no more than that something has gone badly wrong. */
function doubled(rows) {
  const worse = rows.filter(({ setup, ratio }) => GOALS.some((goal) => goal.setup === setup) && ratio > 2);
  return worse.length === 0
    ? 'doubled: no'
    : `doubled: YES, ${worse.map((row) => `${row.setup} on ${row.adapter}`).join(', ')} cost more than twice bare Nest`;
}

function isSameBut(one, other, key) {
  return ['setup', 'adapter', 'node', 'tenants', 'depth'].every((each) => each === key || one[each] === other[each]);
}

function quartiles(values) {
  return [quantile(values, 0.25), quantile(values, 0.75)];
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at - Math.floor(at));
}
