import type { IsolationReport } from './isolation-report.js';

/** The answer to a request that {@link CrawledTenant.plant} has sent. */
export interface PlantAnswer {
  readonly status: number;
  /** The body as JSON; `undefined` when it is none. */
  readonly json: unknown;
  readonly text: string;
}

/** Sends a request as the tenant. `body` goes as JSON. @param path with the leading slash, as a client sends it */
export type PlantSend = (method: string, path: string, body?: unknown) => Promise<PlantAnswer>;

/** What belongs to one tenant and to no other. */
export interface PlantedData {
  /**
   * Ids by the name of the path parameter or body field that takes them: `{ projectId: ['4f…', '77…'] }`. For a parameter
   * that is called `id` the singular of the segment before it works too: `{ project: … }` for `/projects/:id`. With two of
   * them the second is used up to see that deletion works at all.
   */
  readonly ids?: Readonly<Record<string, string | number | readonly (string | number)[]>>;
  /** Texts that no answer to the other tenant may hold, in whatever case. 6 characters or more. */
  readonly canaries?: readonly string[];
}

/** One of the two tenants that {@link TenantIsolationOptions} lets meet, and how to be it. */
export interface CrawledTenant extends PlantedData {
  /** For the report, and for the texts that the crawl plants: letters and digits are used. */
  readonly name: string;
  /** Sent with each of its requests: `authorization`, `cookie`, a tenant header, `host`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Path parameters that name the tenant, by name: `{ domain: 'foo.com' }` for `/t/:domain/projects`. */
  readonly params?: Readonly<Record<string, string>>;
  /** What every path of the tenant begins with, where something in front of Nest's routes takes it off: `/t/foo.com`. */
  readonly pathPrefix?: string;
  /**
   * Its id, domain and aliases: what the other tenant tries to pass for its own in queries and bodies. Default: the values
   * of {@link params}, and the host.
   */
  readonly identifiers?: readonly string[];
  /** Creates data as this tenant before the crawl starts, where `POST` routes and bodies do not suffice. */
  readonly plant?: (send: PlantSend) => Promise<PlantedData> | PlantedData;
}

/** What a body is made for. */
export interface BodyRequest {
  /** {@link CrawledTenant.name} of the tenant whose data is sent. */
  readonly tenant: string;
  /** A text that was never used before: put it where the answers show it. */
  readonly canary: string;
  /** An id of that tenant, by the names of {@link PlantedData.ids} or as the crawl has seen it; `undefined` = none is known. */
  readonly id: (name: string) => string | undefined;
}

/** The part of an OpenAPI 3 document that is read. What `SwaggerModule.createDocument` returns fits. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, object>>;
  readonly components?: object | undefined;
}

/** How an application is searched for leaks between two tenants. */
export interface TenantIsolationOptions {
  /** Two tenants with the same rights, so that what one may see and the other may not is a matter of the tenant alone. */
  readonly tenants: readonly [CrawledTenant, CrawledTenant];
  /**
   * Routes that are left out, each with the reason: `{ 'POST /auth/logout': 'ends the session' }`. The name is method and
   * path as Nest knows it; each `*` stands for any text: `'* /admin/*'`, `'GET /projects/:id/*'`. One that fits no route is refused.
   */
  readonly skip?: Readonly<Record<string, string>>;
  /** Bodies by route, `{ 'POST /projects': ({ canary }) => ({ name: canary }) }`; named as in {@link skip}, without `*`. */
  readonly bodies?: Readonly<Record<string, (request: BodyRequest) => unknown>>;
  /** Where other bodies and the names of query parameters are read from. Default: the decorators, and answers already seen. */
  readonly openApi?: OpenApiDocument;
  /** Routes that Nest does not know, of middleware for example: `['GET /legacy/:id']`. */
  readonly extraRoutes?: readonly string[];
  /** Headers that ask for a version; needed with versioning of type `CUSTOM`. */
  readonly versionHeaders?: (version: string) => Readonly<Record<string, string>>;
  /** What the planted texts are made from. Default: another one at each run; the report has it. */
  readonly seed?: string;
  /** Requests of both tenants under way at once when they are mixed. 2 to 100. Default 8. */
  readonly concurrency?: number;
  /** Requests at most; what is left then is reported as not exercised. 100 or more. Default 50,000. */
  readonly maxRequests?: number;
  /** Milliseconds that an answer may take; see {@link streamMs} for streams. 100 or more. Default 10,000. */
  readonly timeoutMs?: number;
  /** Milliseconds of silence after which a stream of server-sent events is left. 10 or more. Default 50. */
  readonly streamMs?: number;
  /** `'fail'`: a route that could not be exercised fails the expectation too. Default `'report'`. */
  readonly unexercised?: 'report' | 'fail';
  /** Leaves what the crawl has made, to look into a leak. Default `false`: it is removed by the application's `DELETE` routes. */
  readonly keepData?: boolean;
  /** Called with the report, also before the expectation fails. */
  readonly onReport?: (report: IsolationReport) => void;
}
