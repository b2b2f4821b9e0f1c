import { Injectable } from '@nestjs/common';
import { publishAudit } from '../observability/audit/tenant-audit.js';
import { TenantContext } from '../context/tenant-context.js';
import { rejectedOutcome, TenantScopes } from '../context/tenant-scopes.js';
import type { ErrorCode } from '../errors/error-codes.js';
import type { OpenTenantScope } from '../context/tenant-scopes.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import { ENVELOPE_MEMBER, partsOf } from './sealed-message.js';
import type { SealedMessage } from './sealed-message.js';
import { TenantEnvelopes } from './tenant-envelope.js';

/** Where a message came in. */
export interface MessageOrigin {
  /** Transport, for audit events: `rpc`, `bullmq`, … */
  readonly transport: string;
  /** The pattern, queue or event that the message is for; the same text that it was sealed for. */
  readonly purpose: string;
}

/** A message that came in, taken out of its envelope. */
export interface ReceivedMessage {
  /** Scope of the message. Its outcome says whether the tenant can be served; the receiver ends it. */
  readonly scope: OpenTenantScope;
  /** What the sender gave to `seal`. */
  readonly data: unknown;
}

/** Puts the tenant of the running code on messages and jobs, and finds it again where they are received. */
@Injectable()
export class TenantMessages {
  readonly #context: TenantContext;
  readonly #scopes: TenantScopes;
  readonly #envelopes: TenantEnvelopes;

  constructor(context: TenantContext, scopes: TenantScopes, envelopes: TenantEnvelopes) {
    this.#context = context;
    this.#scopes = scopes;
    this.#envelopes = envelopes;
  }

  /**
   * Publishes the audit event of a message that is not run, for receivers that refuse by themselves.
   *
   * @param tenantId the tenant that the message names, where that can be read
   */
  publishRefusal(origin: MessageOrigin, code: ErrorCode, tenantId: string | undefined): void {
    publishAudit({ type: 'messageRefused', ...origin, code, tenantId }, this.#scopes.applicationId);
  }

  /**
   * A message of the current tenant, ready to be sent.
   *
   * @param purpose the pattern, queue or event that it is for; a signed envelope can be used for no other
   * @param data JSON data of the application's
   * @throws `MT_CONTEXT_MISSING` outside of any tenant's scope; what is wrong with the tenant
   */
  seal<T>(purpose: string, data: T): SealedMessage<T> {
    return { [ENVELOPE_MEMBER]: this.#envelopes.seal(this.#context.tenant, { purpose, data }), data };
  }

  /**
   * The tenant that a message was sealed for. It is not looked up.
   *
   * @param purpose as for {@link seal}
   * @returns its id; `undefined` = the message has no envelope
   * @throws `MT_ENVELOPE_INVALID`, `MT_ENVELOPE_UNTRUSTED`
   */
  tenantIdIn(message: unknown, purpose: string): string | undefined {
    const { envelope, data } = partsOf(message);
    return envelope === undefined ? undefined : this.#envelopes.open(envelope, { purpose, data }).id;
  }

  /**
   * Opens a scope for a message that came in: checks its envelope and looks its tenant up again. Never rejects: an
   * envelope or tenant that cannot be used, and an outage, are outcomes of the scope. A message without an envelope names no tenant.
   */
  async receive(message: unknown, origin: MessageOrigin): Promise<ReceivedMessage> {
    const { envelope, data } = partsOf(message);
    const outcome = await this.#outcomeOf(envelope, { purpose: origin.purpose, data });
    if (outcome.kind === 'rejected') this.publishRefusal(origin, outcome.error.code, namedTenant(outcome, envelope));
    return { scope: this.#scopes.open(outcome), data };
  }

  async #outcomeOf(value: unknown, subject: { purpose: string; data: unknown }): Promise<ResolutionOutcome> {
    if (value === undefined) return { kind: 'notApplicable', trace: [] };
    try {
      const { id, gen } = this.#envelopes.open(value, subject);
      const trust = this.#envelopes.signed ? 'verified' : 'network';
      return await this.#scopes.outcomeOf({ id, minGeneration: gen, trust });
    } catch (error) {
      return rejectedOutcome(error);
    }
  }
}

function namedTenant(
  { error }: Extract<ResolutionOutcome, { kind: 'rejected' | 'conflict' }>,
  envelope: unknown,
): string | undefined {
  const { id } = Object(envelope) as { id?: unknown };
  return error.tenantId ?? (typeof id === 'string' ? id.slice(0, 63) : undefined);
}
