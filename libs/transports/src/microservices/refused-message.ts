import { Logger } from '@nestjs/common';
import type { MultitenancyError } from '@tenantry/core';

/** A message that reached no handler, because of its envelope, its tenant, a guard of this library or a missing client. */
export interface RefusedMessage {
  /** Pattern that it was for. */
  readonly purpose: string;
  /** What came in, envelope included. It may hold what must not be logged. */
  readonly message: unknown;
  /** Why. */
  readonly error: MultitenancyError;
  /** The transport's own context: `RmqContext`, `NatsContext`, … */
  readonly context: unknown;
  /** `event`: no reply is expected. `request`: the caller receives the error, once this call has settled. By the handler's decorator. */
  readonly kind: 'event' | 'request';
}

/** Receives every refused message. What it throws or rejects with is logged. */
export type OnRefused = (refusal: RefusedMessage) => unknown;

const logger = new Logger('Multitenancy');

/** Logs a refused event at error level, with code and pattern, never its payload. The caller of a request receives the error instead. The default. */
export function logRefused({ kind, purpose, error }: RefusedMessage): void {
  if (kind === 'event') logger.error(`${error.code}: an event was refused: ${quoted(purpose)}.`);
}

/** Calls back and waits for it; a failure is logged, so that the transport still receives the refusal itself. */
export async function reportRefused(onRefused: OnRefused, refusal: RefusedMessage): Promise<void> {
  try {
    await onRefused(refusal);
  } catch (error) {
    logger.error(
      `onRefused failed for ${quoted(refusal.purpose)}, refused with ${refusal.error.code}.`,
      stackOf(error),
    );
  }
}

/** With wildcards the sender chooses the pattern: one line, and not a long one. */
function quoted(purpose: string): string {
  return JSON.stringify(purpose.slice(0, 200));
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
