import { channel } from 'node:diagnostics_channel';

/** What became of one tenant's client; on the diagnostics channel `tenantry:secrets:rotation`. */
export interface RotationEvent {
  /** The client kind. */
  readonly kind: string;
  readonly tenantId: string;
  /** `rejected`: renewed because the application reported rejected credentials. */
  readonly outcome: 'rotated' | 'rejected' | 'failed';
  /** Why it failed; carries no secret. */
  readonly error?: unknown;
}

const rotations = channel('tenantry:secrets:rotation');

/** Publishes what became of a client. */
export function publishRotation(event: RotationEvent): void {
  if (rotations.hasSubscribers) rotations.publish(event);
}
