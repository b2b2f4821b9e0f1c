import { CatalogUnavailableError } from '@tenantry/core';

/** SQLSTATE classes of a server that is there and cannot serve: connections, resources, shutting down or starting up. */
const NOT_NOW = /^(08|53|57)[0-9A-Z]{3}$/;

/** What Node says when there is no way to a server. */
const NO_WAY = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** `pg` gives no code to these. */
const DRIVER = /^(Connection terminated|timeout (exceeded|expired)|Query read timeout)/;

/** Whether an error says that the database cannot be asked at the moment, and that it is worth trying again. */
export function isOutage(error: unknown): boolean {
  if (error instanceof CatalogUnavailableError) return true;
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === 'string') return NO_WAY.has(code) || NOT_NOW.test(code);
  return typeof message === 'string' && DRIVER.test(message);
}
