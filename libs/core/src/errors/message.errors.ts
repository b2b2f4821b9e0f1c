import { MultitenancyError } from './multitenancy.error.js';

/** The tenant envelope of a message or job is malformed, or of a version that this node does not know (400). It was not run. */
export class TenantEnvelopeInvalidError extends MultitenancyError {
  constructor(reason: string) {
    super(
      'MT_ENVELOPE_INVALID',
      `The tenant envelope of the message cannot be used: ${reason}. Seal messages with TenantMessages.seal() of the same version.`,
    );
  }
}

/** The tenant envelope of a message or job is not signed, or not by a key of this application (401). It was not run. */
export class TenantEnvelopeUntrustedError extends MultitenancyError {
  constructor(reason: string) {
    super(
      'MT_ENVELOPE_UNTRUSTED',
      `The tenant envelope of the message cannot be trusted: ${reason}. Give sender and receiver the same \`messages.secrets\`.`,
    );
  }
}
