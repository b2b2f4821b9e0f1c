import type { CrawlRoute } from './crawl-route.js';
import type { HttpExchange, WireAnswer } from './http-exchange.js';
import type { RemainingData } from './isolation-report.js';
import { newId } from './resources.js';

interface Made {
  /** What made it, for the report. */
  readonly by: string;
  /** Its own path, with the prefix of its tenant. */
  readonly target: string;
  readonly pathPrefix: string;
  readonly headers: Readonly<Record<string, string>>;
}

const GONE = new Set([404, 410]);

/** What a crawl has made by `POST`, so that it can be removed again. */
export class Planted {
  readonly #made: Made[] = [];

  /**
   * Notes an object that a request has made, where the answer gives its id.
   *
   * @param by the request's route or path
   * @param target path of the request
   */
  note(by: string, target: string, answer: WireAnswer, sender: Pick<Made, 'headers' | 'pathPrefix'>): void {
    const id = newId(answer);
    const [path = ''] = target.split('?');
    if (id === undefined) return;
    const { headers, pathPrefix } = sender;
    const made = { by, target: `${path}/${encodeURIComponent(id)}`, pathPrefix, headers };
    this.#made.push(made);
  }

  /** Removes it all by `DELETE` routes, the newest first. @returns what is left, and why */
  async remove(exchange: HttpExchange, routes: readonly CrawlRoute[]): Promise<RemainingData[]> {
    const deletes = routes.filter(({ method }) => method === 'DELETE');
    const left = new Map<string, RemainingData>();
    for (const made of this.#made.toReversed()) {
      const reason = await removed(made, exchange, deletes);
      if (reason === undefined) continue;
      const key = `${made.by} ${reason}`;
      left.set(key, { route: made.by, objects: (left.get(key)?.objects ?? 0) + 1, reason });
    }
    return [...left.values()];
  }
}

/** Removes one object. @returns why it is still there; `undefined` = it is gone */
async function removed(
  { target, pathPrefix, headers }: Made,
  exchange: HttpExchange,
  deletes: readonly CrawlRoute[],
): Promise<string | undefined> {
  const route = deletes.find(({ path }) => path.matches(target.slice(pathPrefix.length)));
  if (route === undefined) return 'no DELETE route takes its path';
  const { status } = await exchange.send({
    method: 'DELETE',
    target,
    headers: { ...headers, ...route.headers },
    body: undefined,
  });
  return (status >= 200 && status < 300) || GONE.has(status) ? undefined : `${route.label} is answered ${status}`;
}
