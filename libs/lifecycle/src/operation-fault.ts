import { MultitenancyError } from '@tenantry/core';
import type { TenantOperationFault } from './tenant-operation.js';

const CODE = /^[A-Za-z0-9_.-]{1,64}$/;
const NAME = /^\w{1,64}$/;
const MAX_MESSAGE = 500;

/**
 * What is recorded of an error. Messages of this library are kept; those of others may quote a password or a connection string,
 * and stay out.
 *
 * @param part what failed, such as `provision:users`
 */
export function faultOf(part: string, error: unknown): TenantOperationFault {
  if (error instanceof MultitenancyError) {
    return { code: error.code, message: `${part}: ${error.message}`.slice(0, MAX_MESSAGE) };
  }
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  const type = typeof name === 'string' && NAME.test(name) ? name : 'an error';
  return {
    code: typeof code === 'string' && CODE.test(code) ? code : 'ERROR',
    message: `${part} failed with ${type}; the log of the node that ran it has the rest.`,
  };
}
