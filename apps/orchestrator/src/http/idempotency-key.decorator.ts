import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { validationFailed } from './api-errors.js';

const KEY = /^[\x21-\x7e]{1,200}$/;

/** Gives a handler the header `Idempotency-Key`; `undefined` = there is none. @throws `VALIDATION_FAILED` when it is malformed */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const { headers } = context.switchToHttp().getRequest<{ headers: IncomingHttpHeaders }>();
  const key = headers['idempotency-key'];
  if (key === undefined || (typeof key === 'string' && KEY.test(key))) return key;
  throw validationFailed([{ field: 'Idempotency-Key', message: '1 to 200 printable ASCII characters without spaces' }]);
});
