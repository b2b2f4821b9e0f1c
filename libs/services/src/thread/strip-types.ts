import { transformSync } from '@swc/wasm-typescript';
import { guestError } from './guest-error.js';
import type { GuestError } from './messages.js';

/** JavaScript of the same lines and columns, or why there is none. */
export type StrippedCode = { readonly code: string } | { readonly error: GuestError };

/**
 * Replaces the types of a TypeScript module by blanks: every position stays where the author wrote it, so that no source
 * map is needed. Syntax that is more than types (`enum`, `namespace`, parameter properties) is an error.
 */
export function stripTypes(source: string): StrippedCode {
  try {
    return { code: transformSync(source, { mode: 'strip-only', module: true }).code };
  } catch (error) {
    return { error: strippingError(error) };
  }
}

function strippingError(error: unknown): GuestError {
  const { message, startLine, startColumn } = Object(error) as Readonly<Record<string, unknown>>;
  return {
    ...guestError(
      typeof message === 'string' ? `SyntaxError: ${message}` : 'SyntaxError: The types cannot be removed.',
    ),
    ...(typeof startLine === 'number' && { line: startLine }),
    ...(typeof startColumn === 'number' && { column: startColumn + 1 }),
  };
}
