import type { ArgumentsHost, HttpServer } from '@nestjs/common';
import { isResponseOver, rawOf } from '../responses/http-response-end.js';
import type { ProblemAnswer } from './problem.js';

/** Answers an HTTP request; ends a response that is half written, so that its client does not wait for the rest. */
export function answerHttp(host: ArgumentsHost, adapter: HttpServer, { status, headers, body }: ProblemAnswer): void {
  const response = host.switchToHttp().getResponse<object>();
  if (isResponseOver(rawOf(response))) return;
  if (adapter.isHeadersSent?.(response)) {
    adapter.end?.(response);
    return;
  }
  for (const [name, value] of Object.entries(headers)) adapter.setHeader?.(response, name, value);
  // As text: Nest 11's Express adapter gives an object another content type, and logs a warning.
  adapter.reply(response, JSON.stringify(body), status);
}
