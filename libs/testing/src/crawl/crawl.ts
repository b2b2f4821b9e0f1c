import { randomUUID } from 'node:crypto';
import { Bodies } from './bodies.js';
import { Canaries } from './canaries.js';
import { Coverage } from './coverage.js';
import { isSafe } from './crawl-route.js';
import type { CrawlRoute } from './crawl-route.js';
import { Findings } from './findings.js';
import type { HttpExchange, WireAnswer, WireRequest } from './http-exchange.js';
import { curlOf, sentTexts, wireOf } from './identity.js';
import type { Call, Identity } from './identity.js';
import type { LeakKind } from './isolation-report.js';
import type { OpenApiShapes } from './openapi-shapes.js';
import { isNumber } from './values.js';
import { Ownership } from './ownership.js';
import { Planted } from './planted.js';
import { newId } from './resources.js';
import type { Resources } from './resources.js';
import type { CrawledTenant, TenantIsolationOptions } from './tenant-isolation-options.js';

/** One of the two tenants while it is crawled. */
export interface Party {
  readonly name: string;
  readonly tenant: CrawledTenant;
  readonly identity: Identity;
  readonly identifiers: readonly string[];
  readonly resources: Resources;
}

/** A request and its answer. */
export interface Visit {
  readonly call: Call;
  readonly wire: WireRequest;
  readonly answer: WireAnswer;
}

/** Thrown inside the crawl when it has sent as many requests as it may. */
export class RequestLimitReached extends Error {}

/** What a {@link Crawl} works with. */
export interface CrawlParts {
  readonly exchange: HttpExchange;
  readonly origin: string;
  readonly routes: readonly CrawlRoute[];
  readonly parties: readonly [Party, Party];
  readonly shapes: OpenApiShapes | undefined;
  readonly options: TenantIsolationOptions;
}

/** One crawl: sends requests, checks every answer, and keeps what is known so far. */
export class Crawl {
  /** Those that can be asked. */
  readonly routes: readonly CrawlRoute[];
  readonly parties: readonly [Party, Party];
  readonly shapes: OpenApiShapes | undefined;
  readonly concurrency: number;
  readonly ownership = new Ownership();
  readonly findings = new Findings();
  readonly coverage = new Coverage();
  readonly bodies: Bodies;
  readonly canaries: Canaries;
  /** What the planted texts are made from. */
  readonly seed: string;
  readonly planted = new Planted();
  /** The last body with a canary that a tenant's own write was taken with, by the tenant's name and the route's label. */
  readonly sent = new Map<string, unknown>();
  /** Texts of each tenant's own to search for, by the tenant's name and where they were written. */
  readonly baits = new Map<string, Map<string, string>>();
  readonly #exchange: HttpExchange;
  readonly #origin: string;
  readonly #maxRequests: number;
  #requests = 0;
  /** Answers from before it is known which data belongs to which tenant; `undefined` = it is known. */
  #unchecked: Visit[] | undefined = [];

  constructor({ exchange, origin, routes, parties, shapes, options }: CrawlParts) {
    this.routes = routes.filter(({ obstacle }) => obstacle === undefined);
    this.parties = parties;
    this.shapes = shapes;
    this.concurrency = options.concurrency ?? 8;
    this.bodies = new Bodies(options.bodies, shapes);
    this.seed = options.seed ?? randomUUID();
    this.canaries = new Canaries(this.seed);
    this.#exchange = exchange;
    this.#origin = origin;
    this.#maxRequests = options.maxRequests ?? 50_000;
    for (const { name, identifiers } of parties) {
      this.ownership.addTenant(name, identifiers);
      this.baits.set(name, new Map());
    }
  }

  get requests(): number {
    return this.#requests;
  }

  /** Sends a request and checks the answer. @throws RequestLimitReached */
  async ask(call: Call): Promise<Visit> {
    const visit = await this.askUnchecked(call);
    if (this.#unchecked === undefined) this.#check(visit);
    else this.#unchecked.push(visit);
    return visit;
  }

  /** Sends a request whose answer the caller checks. @throws RequestLimitReached */
  async askUnchecked(call: Call): Promise<Visit> {
    if ((this.#requests += 1) > this.#maxRequests) throw new RequestLimitReached();
    const wire = wireOf(call);
    const answer = await this.#exchange.send(wire);
    const visit = { call, wire, answer };
    this.coverage.visited(call.route, answer.status);
    if (call.own === true) this.coverage.own(call.route, answer.status, answer.text);
    if (!isSafe(call.route) && isSuccess(answer)) this.#learnWrite(visit);
    return visit;
  }

  /** Treats what an answer holds as known to its reader from now on, so that one leak is not reported at every route. */
  forgive({ call, answer }: Visit): void {
    const { tenant } = call.as;
    if (tenant === undefined) return;
    const found = this.ownership.foreignIn(answer, tenant, sentTexts(call)).map(({ value }) => value);
    this.ownership.stored(tenant, found);
  }

  /** From now on the owners of data are known: checks what was answered so far, and then each answer at once. */
  checkFromNowOn(): void {
    const visits = this.#unchecked ?? [];
    this.#unchecked = undefined;
    for (const visit of visits) this.#check(visit);
  }

  /** Notes a leak that a request has shown. */
  report(kind: LeakKind, visit: Visit, of: string, found: string): void {
    const { route, as } = visit.call;
    this.findings.add({ kind, route: route.label, by: as.label, of, found, curl: this.curl(visit) });
  }

  curl({ wire }: Visit): string {
    return curlOf(wire, this.#origin);
  }

  /** Sends a request of the user's own set-up, whose answer is not checked. @param path as it is */
  async send(party: Party, method: string, path: string, body: unknown): Promise<WireAnswer> {
    const { headers } = party.identity;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await this.#exchange.send({ method, target: path, headers, body: text });
    if (method !== 'GET' && isSuccess(answer)) this.ownership.made(party.name, answer);
    if (method === 'POST' && isSuccess(answer)) this.planted.note(`POST ${path}`, path, answer, party.identity);
    return answer;
  }

  other(party: Party): Party {
    return this.parties[0] === party ? this.parties[1] : this.parties[0];
  }

  /** A text of a tenant's own, to be found where it should not be. */
  canaryOf(party: Party): string {
    const canary = this.canaries.next();
    this.ownership.mark(party.name, canary);
    return canary;
  }

  #learnWrite({ call, wire, answer }: Visit): void {
    const { tenant } = call.as;
    if (call.route.method === 'POST') this.#learnObject(call, wire, answer);
    if (tenant === undefined) return;
    // Later, a value that both tenants receive may not have reached the other tenant yet.
    if (call.own === true && this.#unchecked !== undefined) this.ownership.made(tenant, answer);
    this.ownership.stored(tenant, sentTexts({ ...call, ids: {} }));
  }

  #learnObject({ route, as, ids }: Call, { target, headers }: WireRequest, answer: WireAnswer): void {
    this.planted.note(route.label, target, answer, { headers, pathPrefix: as.pathPrefix });
    const id = newId(answer);
    const party = this.parties.find(({ name }) => name === as.tenant);
    // A number is given again in each database; other ids are one tenant's alone.
    if (id !== undefined && isNumber(id) && !Object.values(ids).includes(id)) party?.resources.noteOwn(id);
  }

  #check(visit: Visit): void {
    const { call, answer } = visit;
    for (const { owner, value, where } of this.ownership.foreignIn(answer, call.as.tenant, sentTexts(call))) {
      const kind = call.as.tenant === undefined ? 'stranger' : where === 'body' ? 'foreign-data' : 'foreign-header';
      this.report(
        kind,
        visit,
        owner,
        `the ${where === 'body' ? 'body' : `header ${where}`} of the ${answer.status} holds ${JSON.stringify(value)}`,
      );
    }
  }
}

export function isSuccess({ status }: WireAnswer): boolean {
  return status >= 200 && status < 300;
}
