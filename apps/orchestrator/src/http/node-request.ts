import type { IncomingMessage } from 'node:http';

/** Node's own request behind the object of Express (the same) or Fastify (`raw`). One per request: a key for per-request state. */
export function nodeRequestOf(platformRequest: object): IncomingMessage {
  return (Reflect.get(platformRequest, 'raw') ?? platformRequest) as IncomingMessage;
}
