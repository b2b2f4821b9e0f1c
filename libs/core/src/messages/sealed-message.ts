import type { TenantEnvelope } from './tenant-envelope.js';

/** Member of a message that holds its envelope. */
export const ENVELOPE_MEMBER = '$tenant';

/** A message or job of a tenant: what the application sends, beside the envelope that names the tenant. Plain JSON. */
export interface SealedMessage<T = unknown> {
  readonly [ENVELOPE_MEMBER]: TenantEnvelope;
  readonly data: T;
}

/** The parts of what came in; `envelope` is `undefined` where the message has none and is the application's data as it stands. */
export function partsOf(message: unknown): { readonly envelope: unknown; readonly data: unknown } {
  const sealed = typeof message === 'object' && message !== null && Object.hasOwn(message, ENVELOPE_MEMBER);
  if (!sealed) return { envelope: undefined, data: message };
  const { [ENVELOPE_MEMBER]: envelope, data } = message as Record<string, unknown>;
  return { envelope: envelope ?? null, data };
}
