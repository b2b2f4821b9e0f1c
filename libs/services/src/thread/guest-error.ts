import type { GuestError } from './messages.js';

/** Name of the tenant's module in stacks. */
export const MODULE_NAME = 'service';

const POSITION = /service:(\d+)(?::(\d+))?/;
const MAX_LENGTH = 4_000;

/** An error with the first position of its stack that is in the tenant's module. */
export function guestError(message: string, stack = ''): GuestError {
  const lines = stack.split('\n').filter((line) => line.includes(`${MODULE_NAME}:`));
  const [, line, column] = POSITION.exec(lines[0] ?? '') ?? [];
  return {
    message: message.slice(0, MAX_LENGTH),
    ...(lines.length > 0 && { stack: lines.join('\n').slice(0, MAX_LENGTH) }),
    ...(line !== undefined && { line: Number(line) }),
    ...(column !== undefined && { column: Number(column) }),
  };
}

/** What the prelude's `describe` gives. */
export function parsedGuestError(text: string): GuestError {
  const { message, stack } = JSON.parse(text) as { readonly message?: unknown; readonly stack?: unknown };
  return guestError(typeof message === 'string' ? message : '', typeof stack === 'string' ? stack : '');
}

/** What the engine throws when it compiles or ends guest code. */
export function thrownGuestError(error: unknown): GuestError {
  if (!(error instanceof Error)) return guestError('The module cannot be loaded.');
  return guestError(`${error.name}: ${error.message}`, error.stack);
}
