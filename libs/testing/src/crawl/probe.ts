import type { Crawl, Party, Visit } from './crawl.js';
import { sentTexts } from './identity.js';
import type { Call } from './identity.js';
import { steadyText } from './values.js';

const EXCERPT = 160;
/** Too many requests, or no answer at all: says nothing of the data. */
const UNDECIDED = new Set([0, 429]);
const COMPARED_HEADERS = ['content-type', 'location', 'www-authenticate', 'retry-after'];

/** One request in three forms: with something of the owner's, and twice with something that does not exist. */
export interface Probe {
  readonly foreign: Call;
  readonly missing: readonly [Call, Call];
  readonly owner: Party;
  /** `'status'`: bodies differ by nature, for new objects are answered. Default `'all'`. */
  readonly compare?: 'status' | 'all';
  /** What it is that does exist, for the report. */
  readonly what: string;
}

/** Sends the three requests, and reports where the first differs from the others. Returns the first. */
export async function probe(crawl: Crawl, { foreign, missing, owner, what, compare = 'all' }: Probe): Promise<Visit> {
  const absent = [await crawl.ask(missing[0]), await crawl.ask(missing[1])] as const;
  const present = await crawl.ask(foreign);
  const difference = differenceOf(present, absent, compare);
  const { route, as } = foreign;
  if (difference !== undefined && !crawl.findings.has('foreign-data', route.label, as.label))
    crawl.report('existence', present, owner.name, `${what} ${difference}`);
  return present;
}

function differenceOf(present: Visit, absent: readonly [Visit, Visit], compare: 'status' | 'all'): string | undefined {
  const [one, two] = absent;
  const statuses = [present, one, two].map(({ answer }) => answer.status);
  if (statuses.some((status) => UNDECIDED.has(status)) || one.answer.status !== two.answer.status) return undefined;
  if (present.answer.status !== one.answer.status)
    return `is answered ${present.answer.status} ${excerpt(present.answer.text)}, one that does not exist ${one.answer.status} ${excerpt(one.answer.text)}`;
  const text = steady(one);
  if (compare === 'status' || text !== steady(two) || text === steady(present)) return undefined;
  return `is answered ${excerpt(steady(present))}, one that does not exist ${excerpt(text)}`;
}

function steady({ call, answer }: Visit): string {
  const headers = COMPARED_HEADERS.map((name) => `${name}: ${answer.headers[name] ?? ''}`).join('\n');
  const sent = sentTexts({ ...call, as: { ...call.as, params: {} } });
  return steadyText(`${answer.text}\n${headers}`, sent);
}

function excerpt(text: string): string {
  return JSON.stringify(text.slice(0, EXCERPT));
}
