import { channel } from 'node:diagnostics_channel';
import { MultitenancyError } from '@tenantry/core';

/** What a request to the server was for. */
export type VaultOperation = 'login' | 'renew' | 'lookup' | 'read' | 'version';

/** A request to the server has ended; on the diagnostics channel `tenantry:secrets:request`. */
export interface VaultRequestEvent {
  /** What `vaultSecrets()` returned; its identity distinguishes several instances. */
  readonly secrets: object;
  readonly operation: VaultOperation;
  /** `ok`, or the code of the error. `denied`: the server answered 403, which has several meanings. */
  readonly outcome: string;
  readonly durationMs: number;
}

/** The token was granted or renewed; on the diagnostics channel `tenantry:secrets:token`. */
export interface VaultTokenEvent {
  /** As in {@link VaultRequestEvent}. */
  readonly secrets: object;
  /** Milliseconds that it lives from now; `Infinity` = it does not expire. */
  readonly leaseMs: number;
}

const requests = channel('tenantry:secrets:request');
const tokens = channel('tenantry:secrets:token');

/** Publishes the end of a request. */
export function publishRequest(event: VaultRequestEvent): void {
  if (requests.hasSubscribers) requests.publish(event);
}

/** Publishes a token's lease. */
export function publishToken(event: VaultTokenEvent): void {
  if (tokens.hasSubscribers) tokens.publish(event);
}

/** The outcome of a request that failed. */
export function outcomeOf(error: unknown): string {
  return error instanceof MultitenancyError ? error.code : 'aborted';
}
