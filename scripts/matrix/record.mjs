/** Keeps what was tried in `docs/compatibility.json`, and writes the table of `docs/compatibility.md` from it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

const RESULTS = 'docs/compatibility.json';
const PAGE = 'docs/compatibility.md';
const BEGIN = '<!-- matrix: written by npm run matrix -->';
const END = '<!-- /matrix -->';
const KINDS = {
  test: 'generated test runner',
  jest: 'Jest with ES modules, as in the testing guide',
  ask: 'built, started, asked',
  askBundle: 'bundled by esbuild into one file, started without node_modules, asked',
  types: 'compiled',
};

const results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};

/** One check of one application, with the day of its run. */
export async function record({ name }, { kind, node, version, options }, error) {
  // CI leaves the checkout as it is.
  if (process.env.CI) return;
  const what = kind === 'types' ? `${KINDS.types}: TypeScript ${version}, ${options.moduleResolution}` : KINDS[kind];
  const outcome = { ok: error === undefined, date: new Date().toISOString().slice(0, 10) };
  results[name] = { ...results[name], [what]: { ...results[name]?.[what], [`Node ${node}`]: outcome } };
  await write(RESULTS, JSON.stringify(results), 'json');
  const page = readFileSync(PAGE, 'utf8');
  const [before] = page.split(BEGIN);
  const [, after] = page.split(END);
  await write(PAGE, `${before}${BEGIN}\n\n${table()}\n\n${END}${after}`, 'markdown');
}

async function write(file, text, parser) {
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), parser }));
}

function table() {
  const rows = Object.entries(results).flatMap(([name, checks]) =>
    Object.entries(checks).map(
      ([what, nodes]) => `| ${name} | ${what} | ${Object.entries(nodes).map(cell).join(', ')} |`,
    ),
  );
  return ['| application | check | Node: outcome (day of the run) |', '| --- | --- | --- |', ...rows].join('\n');
}

function cell([node, { ok, date }]) {
  return `${node.replace('Node ', '')}: ${ok ? 'passes' : '**fails**'} (${date})`;
}
