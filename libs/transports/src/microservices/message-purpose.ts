import { isObjectText, sortedJson } from './sorted-json.js';

/** What the RPC contexts of Nest's transports say about where a message came in. */
interface RpcContextLike {
  /** RabbitMQ and TCP. */
  getPattern?(): unknown;
  /** NATS. */
  getSubject?(): unknown;
  /** Redis. */
  getChannel?(): unknown;
  /** MQTT and Kafka. */
  getTopic?(): unknown;
}

const PATTERN_METADATA = 'microservices:pattern';

/**
 * The text that the envelope of a message is bound to: its pattern, in one form on both sides. Nest sends an object as JSON on one
 * transport and as a route on another, and sorts its keys by locale; here they are sorted by code unit.
 */
export function purposeOf(pattern: unknown): string {
  if (typeof pattern === 'string') return isObjectText(pattern) ? sortedJson(JSON.parse(pattern)) : pattern;
  return typeof pattern === 'object' && pattern !== null ? sortedJson(pattern) : String(pattern);
}

/**
 * The purpose of a message that came in: the pattern, subject, channel or topic that its transport reports, which with
 * wildcards is the one that the sender named; where it reports none, the pattern of the handler.
 */
export function purposeOfMessage(rpcContext: unknown, handler: object): string {
  const context = Object(rpcContext) as RpcContextLike;
  const named =
    context.getPattern?.() ?? context.getSubject?.() ?? context.getChannel?.() ?? context.getTopic?.() ?? undefined;
  return purposeOf(named ?? firstPatternOf(handler));
}

function firstPatternOf(handler: object): unknown {
  const patterns = Reflect.getMetadata(PATTERN_METADATA, handler) as readonly unknown[] | undefined;
  return patterns?.[0] ?? '';
}
