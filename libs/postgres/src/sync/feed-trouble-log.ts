import { Logger } from '@nestjs/common';
import { MultitenancyError, systemClock } from '@tenantry/core';
import type { Clock } from '@tenantry/core';

const EVERY_MS = 60_000;

/**
 * Logs that a node cannot follow the changes, at most once a minute, for as long as it lasts. The driver's message may name
 * hosts and users and stays out; its code is logged.
 */
export function feedTroubleLog(clock: Clock = systemClock): (error: unknown) => void {
  const logger = new Logger('Multitenancy');
  let loggedAt = -Infinity;
  return (error) => {
    if (clock.now() - loggedAt < EVERY_MS) return;
    loggedAt = clock.now();
    logger.warn(`This node cannot follow the changes of tenants at the moment, and tries again: ${reasonOf(error)}`);
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof MultitenancyError) return `${error.code} ${error.message}`;
  const code = error instanceof Error ? (error as { readonly code?: unknown }).code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,32}$/.test(code) ? code : 'an unexpected error';
}
