import type { Crawl, Party, Visit } from './crawl.js';
import type { Call } from './identity.js';
import { inParallel, seenIn } from './watch.js';
import type { Watch } from './watch.js';

const ROUNDS = 3;

/** Repeats reads in turns, one tenant after the other: an answer must not depend on who asked before. */
export async function askInTurns(crawl: Crawl, watches: readonly [Watch, Watch]): Promise<void> {
  const [one, two] = watches;
  for (const [call, expected] of one.reads) {
    await crawl.ask(call);
    const first = await crawl.ask(call);
    const others = [...two.reads.keys()].filter(({ route }) => route === call.route);
    for (const other of others) compareTags(crawl, first, await crawl.ask(other));
    const last = await crawl.ask(call);
    if (seenIn(first) === expected && seenIn(last) !== expected)
      crawl.report(
        'unsteady',
        last,
        otherThan(crawl, call).name,
        `after a request of the other tenant the answer is ${excerpt(last)}, before it was ${excerpt(first)}`,
      );
  }
}

/** Mixes the reads of both tenants on the same sockets, several under way at a time. */
export async function askAtOnce(crawl: Crawl, watches: readonly [Watch, Watch]): Promise<void> {
  const reads = interleaved([...watches[0].reads], [...watches[1].reads]);
  for (let round = 0; round < ROUNDS; round += 1) {
    const visits = await inParallel(reads, crawl.concurrency, async ([call]) => crawl.ask(call));
    for (const [index, visit] of visits.entries()) {
      const expected = reads[index]?.[1];
      if (expected === undefined || seenIn(visit) === expected) continue;
      const alone = await crawl.ask(visit.call);
      if (seenIn(alone) === expected)
        crawl.report(
          'unsteady',
          visit,
          otherThan(crawl, visit.call).name,
          `while the other tenant asks too, the answer is ${excerpt(visit)}, else ${excerpt(alone)}`,
        );
    }
  }
}

/** The two lists of the same route side by side. */
function interleaved(one: readonly [Call, string][], two: readonly [Call, string][]): [Call, string][] {
  return Array.from({ length: Math.max(one.length, two.length) }, (_, index) => [one[index], two[index]])
    .flat()
    .filter((read) => read !== undefined);
}

/** Equal tags of different answers make caches give one tenant what was meant for the other. */
function compareTags(crawl: Crawl, first: Visit, second: Visit): void {
  const { etag } = first.answer.headers;
  if (etag === undefined || etag !== second.answer.headers['etag'] || seenIn(first) === seenIn(second)) return;
  crawl.report(
    'foreign-header',
    second,
    otherThan(crawl, second.call).name,
    `different answers to the two tenants have the same ETag ${etag}`,
  );
}

function otherThan(crawl: Crawl, { as }: Call): Party {
  const [one, two] = crawl.parties;
  return one.name === as.tenant ? two : one;
}

function excerpt(visit: Visit): string {
  return JSON.stringify(seenIn(visit).slice(0, 160));
}
