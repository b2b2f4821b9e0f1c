import type { TenantId } from '@tenantry/core';
import {
  SecretDeniedError,
  SecretMissingError,
  SecretsLoginRefusedError,
  SecretsUnavailableError,
} from '../port/secrets.errors.js';

/** What an error of a secret manager means. */
export type ManagerFailure = 'missing' | 'denied' | 'login-refused' | 'unavailable';

/**
 * The error of ours for one of a secret manager's client. Of the client's error only a code is kept: it may carry requests
 * and signatures.
 *
 * @param code name or number of the client's error
 */
export function managerError(tenantId: TenantId, failure: ManagerFailure, manager: string, code: unknown): Error {
  const answered = `${manager} answered ${shown(code)}.`;
  switch (failure) {
    case 'missing':
      return new SecretMissingError(tenantId, `${answered} Add the secret, with a version that is enabled.`);
    case 'denied':
      return new SecretDeniedError(tenantId, `${answered} Allow this service to read the secret.`);
    case 'login-refused':
      return new SecretsLoginRefusedError(`${answered} Check the credentials of the client that you gave.`);
    case 'unavailable':
      return new SecretsUnavailableError(`${manager} answered ${shown(code)}`, { tenantId });
  }
}

/** A call of the client, or the signal's reason when it has aborted meanwhile. */
export async function managerCall<T>(
  signal: AbortSignal,
  call: () => Promise<T>,
  errorOf: (error: object) => Error,
): Promise<T> {
  signal.throwIfAborted();
  try {
    return await call();
  } catch (error) {
    signal.throwIfAborted();
    throw errorOf(Object(error) as object);
  }
}

function shown(code: unknown): string {
  return /^[A-Za-z0-9_.]{1,64}$/.test(String(code)) ? String(code) : 'with an error';
}
