import type { IncomingMessage } from 'node:http';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { isForService } from './service-bodies.js';

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json *(?:;|$)/i;

/**
 * Refuses bodies that are not JSON (415), except those for services of tenants, before anything parses them; the same on Express, which would ignore them, and
 * on Fastify, which would also take plain text.
 */
export function jsonBodyOnly(request: IncomingMessage, _response: unknown, next: (error?: unknown) => void): void {
  const { 'content-type': type, 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  const hasBody = encoding !== undefined || (length !== undefined && length !== '0');
  if (hasBody && !isForService(request) && !JSON_TYPE.test(type ?? '')) next(new UnsupportedMediaTypeException());
  else next();
}
