/** Why a capability refuses a call. The service sees the message: it names no secret and nothing of the host. */
export class CapabilityError extends Error {
  override readonly name = 'CapabilityError';
}
