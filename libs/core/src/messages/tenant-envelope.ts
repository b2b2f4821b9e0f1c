import { createHmac, timingSafeEqual } from 'node:crypto';
import { TenantEnvelopeInvalidError, TenantEnvelopeUntrustedError } from '../errors/message.errors.js';
import { isTenantId } from '../tenant/tenant-id.js';
import type { Tenant } from '../tenant/tenant.js';

/** Names the tenant of a message or job. Plain JSON; small enough to add to any message. */
export interface TenantEnvelope {
  /** Version of this format. */
  readonly v: 1;
  /** Id of the tenant. */
  readonly id: string;
  /** Generation of the tenant's record as the sender knew it; a whole number from 0. */
  readonly gen: number;
  /** HMAC-SHA256 in base64url over version, id, generation, purpose and data; absent when messages are not signed. */
  readonly mac?: string;
}

/** What an envelope is bound to when it is signed, so that it can be used for nothing else. */
export interface EnvelopeSubject {
  /** The pattern, queue or event that the message is for. */
  readonly purpose: string;
  /** What the message carries; JSON data. */
  readonly data: unknown;
}

/** Makes and checks envelopes. The first secret signs; every secret is accepted, so that they can be rotated. */
export class TenantEnvelopes {
  readonly #secrets: readonly string[];

  /** @param secrets none = envelopes are neither signed nor checked: any client that can write to the broker can name any tenant */
  constructor(secrets: readonly string[] = []) {
    this.#secrets = secrets;
  }

  /** Whether envelopes are signed. */
  get signed(): boolean {
    return this.#secrets.length > 0;
  }

  /** The envelope for a message of a tenant. */
  seal(tenant: Pick<Tenant, 'id' | 'generation'>, subject: EnvelopeSubject): TenantEnvelope {
    const envelope = { v: 1, id: tenant.id, gen: tenant.generation } as const;
    const [secret] = this.#secrets;
    return secret === undefined
      ? envelope
      : { ...envelope, mac: macOf(secret, envelope, subject).toString('base64url') };
  }

  /**
   * Checks what came with a message.
   *
   * @returns the envelope, whose tenant is still to be looked up
   * @throws {@link TenantEnvelopeInvalidError} `MT_ENVELOPE_INVALID`, {@link TenantEnvelopeUntrustedError} `MT_ENVELOPE_UNTRUSTED`
   */
  open(value: unknown, subject: EnvelopeSubject): TenantEnvelope {
    const envelope = parsed(value);
    if (!this.signed) return envelope;
    if (envelope.mac === undefined) throw new TenantEnvelopeUntrustedError('it is not signed');
    const given = Buffer.from(envelope.mac, 'base64url');
    if (!this.#isSignedBy(given, envelope, subject))
      throw new TenantEnvelopeUntrustedError('its signature does not match');
    return envelope;
  }

  /** Data that cannot be serialised, nested too deep, cannot have been signed. */
  #isSignedBy(given: Buffer, envelope: TenantEnvelope, subject: EnvelopeSubject): boolean {
    try {
      return this.#secrets.some((secret) => sameBytes(given, macOf(secret, envelope, subject)));
    } catch {
      return false;
    }
  }
}

function parsed(value: unknown): TenantEnvelope {
  if (typeof value !== 'object' || value === null) throw new TenantEnvelopeInvalidError('it is no object');
  const { v, id, gen, mac } = value as Record<string, unknown>;
  if (v !== 1) throw new TenantEnvelopeInvalidError('its version is not 1');
  if (typeof id !== 'string' || !isTenantId(id)) throw new TenantEnvelopeInvalidError('its `id` is no tenant id');
  if (!Number.isSafeInteger(gen) || (gen as number) < 0)
    throw new TenantEnvelopeInvalidError('its `gen` is no whole number from 0');
  if (mac !== undefined && typeof mac !== 'string') throw new TenantEnvelopeInvalidError('its `mac` is no text');
  return { v, id, gen: gen as number, ...(mac === undefined ? {} : { mac }) };
}

function macOf(secret: string, { v, id, gen }: TenantEnvelope, { purpose, data }: EnvelopeSubject): Buffer {
  // As the other side reads it: JSON drops `undefined` and turns dates to text, and is stable from then on.
  const signed = JSON.stringify([v, id, gen, purpose, data ?? null]);
  return createHmac('sha256', secret).update(signed).digest();
}

function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
