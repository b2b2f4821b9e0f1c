import { forEachConcurrently } from '@tenantry/core/spi';
import { isSafe } from './crawl-route.js';
import { isSuccess } from './crawl.js';
import type { Crawl, Party, Visit } from './crawl.js';
import { isEventStream } from './http-exchange.js';
import type { Call } from './identity.js';
import { withoutDates } from './values.js';

const EXCERPT = 60;

/** What one tenant reads of its own, to detect changes by requests of others. */
export class Watch {
  readonly #crawl: Crawl;
  readonly #party: Party;
  #refused: Visit | undefined;
  #reads = new Map<Call, string>();
  /** Reads that take their time: they are not repeated after every request. */
  #streams = new Set<Call>();

  constructor(crawl: Crawl, party: Party) {
    this.#crawl = crawl;
    this.#party = party;
  }

  /** The reads that answer alike every time, with their answers. */
  get reads(): ReadonlyMap<Call, string> {
    return this.#reads;
  }

  /** Reads everything, three times. What differs between the last two is not watched. */
  async take(): Promise<void> {
    const calls = callsOf(this.#crawl, this.#party);
    // One request in advance: the first answer may be left over from the previous caller.
    await inParallel(calls, this.#crawl.concurrency, (call) => this.#crawl.ask(call));
    const first = await this.#read(calls);
    const second = await this.#read(calls);
    const steady = first.filter((visit, index) => isSuccess(visit.answer) && isSame(visit, second[index]));
    this.#streams = new Set(steady.filter(({ answer }) => isEventStream(answer.headers)).map(({ call }) => call));
    this.#reads = new Map(steady.map((visit) => [visit.call, seenIn(visit)]));
  }

  /** Reads after a request of another party: at once, or at the next occasion if the request was refused. */
  async after(visit: Visit): Promise<void> {
    const { status } = visit.answer;
    if (status >= 400 && status < 500) this.#refused = visit;
    else await this.compare(visit);
  }

  /** Reads after refused requests, if there were any. */
  async settle(): Promise<void> {
    if (this.#refused !== undefined) await this.compare(this.#refused);
  }

  /** Reads everything again, and attributes what has changed since to the given request. */
  async compare(cause: Visit): Promise<void> {
    this.#refused = undefined;
    for (const visit of await this.#read([...this.#reads.keys()].filter((call) => !this.#streams.has(call)))) {
      const before = this.#reads.get(visit.call);
      if (before === undefined || seenIn(visit) === before) continue;
      const [again] = await this.#read([visit.call]);
      if (!isSame(visit, again)) {
        this.#reads.delete(visit.call);
        continue;
      }
      this.#reads.set(visit.call, seenIn(visit));
      this.#crawl.forgive(visit);
      this.#crawl.report('foreign-write', cause, this.#party.name, changeOf(this.#crawl, visit, before));
    }
  }

  /** The answer that the tenant itself gets at a route without objects. */
  plainAnswer(label: string): string | undefined {
    const found = [...this.#reads].find(([{ route, ids }]) => route.label === label && Object.keys(ids).length === 0);
    return found?.[1];
  }

  #read(calls: readonly Call[]): Promise<Visit[]> {
    return inParallel(calls, this.#crawl.concurrency, (call) => this.#crawl.askUnchecked(call));
  }
}

/** Works through a list, some at a time; results are in the order of the list. */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  await forEachConcurrently(items.entries(), limit, async ([index, item]) => {
    results[index] = await work(item);
  });
  return results;
}

/** Status and body of an answer, without what time alone changes. */
export function seenIn({ answer }: Visit): string {
  return `${answer.status} ${withoutDates(answer.text)}`;
}

function callsOf(crawl: Crawl, party: Party): Call[] {
  return crawl.routes.filter(isSafe).flatMap((route) =>
    party.resources
      .idsFor(route.path)
      .slice(0, 1)
      .map((ids) => ({ route, as: party.identity, ids, own: true })),
  );
}

function isSame(visit: Visit, other: Visit | undefined): boolean {
  return other !== undefined && seenIn(visit) === seenIn(other);
}

function changeOf(crawl: Crawl, visit: Visit, before: string): string {
  const after = seenIn(visit);
  const start = Math.max(0, [...before].findIndex((char, index) => after[index] !== char) - EXCERPT / 2);
  const cut = (text: string): string => JSON.stringify(text.slice(start, start + EXCERPT));
  return `then ${visit.call.as.label} was answered ${cut(after)} in place of ${cut(before)} by ${crawl.curl(visit)}`;
}
