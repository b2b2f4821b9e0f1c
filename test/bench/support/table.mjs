/** Significant digits without exponents. */
function short(value) {
  if (value === 0 || Math.abs(value) >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

function cell({ median, low, high }) {
  return low === high ? short(median) : `${short(median)} (${short(low)} to ${short(high)})`;
}

/** How a row stands to its goal: `limit` is in the row's unit. */
export function rate({ ours, limit }) {
  if (limit === undefined) return { ratio: null, met: null };
  return { ratio: limit === 0 ? null : ours.median / limit, met: ours.median <= limit };
}

/** The rows as a Markdown table: medians, with the lowest and highest value in brackets. */
export function toMarkdown(rows) {
  const head = ['what', 'unit', 'Tenantry', 'beside', 'goal', 'of the goal', 'met'];
  const lines = rows.map((row) => {
    const { ratio, met } = rate(row);
    const beside = row.peers.map((peer) => `${peer.name} ${cell(peer)}`).join('; ') || '-';
    const verdict = met === null ? '-' : met ? 'yes' : 'no';
    return [row.what, row.unit, cell(row.ours), beside, row.goal ?? '-', ratio === null ? '-' : short(ratio), verdict];
  });
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
