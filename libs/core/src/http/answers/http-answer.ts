import { ServerResponse } from 'node:http';
import type { ArgumentsHost, HttpServer } from '@nestjs/common';
import { isResponseOver, rawOf } from '../responses/http-response-end.js';
import type { ProblemAnswer } from './problem.js';

/** In middleware on Fastify the response is Node's own, on which Nest 11's adapter cannot set a header. */
function setHeader(response: object, adapter: HttpServer, name: string, value: string): void {
  if (response instanceof ServerResponse && !('header' in response)) response.setHeader(name, value);
  else adapter.setHeader?.(response, name, value);
}

/** Answers an HTTP request; ends a response that is half written, so that its client does not wait for the rest. */
export function answerHttp(host: ArgumentsHost, adapter: HttpServer, { status, headers, body }: ProblemAnswer): void {
  const response = host.switchToHttp().getResponse<object>();
  if (isResponseOver(rawOf(response))) return;
  if (adapter.isHeadersSent?.(response)) {
    adapter.end?.(response);
    return;
  }
  for (const [name, value] of Object.entries(headers)) setHeader(response, adapter, name, value);
  // As text: Nest 11's Express adapter gives an object another content type, and logs a warning.
  adapter.reply(response, JSON.stringify(body), status);
}
