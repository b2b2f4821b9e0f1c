/**
 * What resolvers see of a request, whichever platform carries it. Nothing here is normalised or decoded:
 * resolvers read what the client really sent.
 */
export interface TenantRequest {
  /** `TenantApplication.id` of the application that received it, for its audit events. Default: none. */
  readonly applicationId?: string | undefined;
  /** The path as sent: not decoded, without query, starting with `/`; `*` for `OPTIONS *`. */
  readonly path: string;
  /** The host as sent (HTTP/1.1 `Host`, HTTP/2 `:authority`), with its port; `undefined` = none was sent. */
  readonly host: string | undefined;
  /**
   * Why the target of the request is ambiguous (two Host headers, an absolute target that disagrees with Host, a target
   * in which parsers disagree on where the path begins), or `null`.
   */
  readonly ambiguity: string | null;
  /** IP address of the peer that opened the connection. */
  readonly remoteAddress: string | undefined;
  /** The parsed body; `undefined` before the platform has parsed it. */
  readonly body: unknown;
  /** The platform's own request object (Express or Fastify). */
  readonly platformRequest: object;
  /** The values of a header in the order sent; the name in lower case. */
  headers(name: string): readonly string[];
}
