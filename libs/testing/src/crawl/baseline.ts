import { isSafe } from './crawl-route.js';
import { isSuccess } from './crawl.js';
import type { Crawl } from './crawl.js';
import { outsidersOf } from './outsiders.js';

/** Learns what is public, and what each tenant sees of its own; from then on answers are checked. */
export async function learnBaseline(crawl: Crawl): Promise<void> {
  const routes = crawl.routes.filter(isSafe);
  for (const party of crawl.parties) {
    for (const route of routes) {
      const [ids] = party.resources.idsFor(route.path);
      if (ids === undefined) continue;
      for (const as of outsidersOf(party)) {
        const { answer } = await crawl.ask({ route, as, ids });
        if (isSuccess(answer)) crawl.ownership.seen(undefined, answer);
      }
      const { answer } = await crawl.ask({ route, as: party.identity, ids, own: true });
      if (isSuccess(answer)) crawl.ownership.seen(party.name, answer);
    }
  }
  crawl.checkFromNowOn();
}
