import { readFileSync } from 'node:fs';
import { ServiceEngineUnusableError } from '../kernel/service.errors.js';

/** Each instance reserves so much of the address space; it does not use it. */
const PER_INSTANCE = 10 * 1_024 ** 3;
/** What a process has on 64-bit machines: 47 bits. */
const WHOLE = 2 ** 47;

/** Finds the limit of the address space, in bytes; `Infinity` = none, or this system does not say. */
function addressSpaceLimit(read: () => string = readLimits): number {
  const [, soft] = /^Max address space\s+(\S+)/m.exec(read()) ?? [];
  return soft === undefined || soft === 'unlimited' ? Infinity : Number(soft);
}

/** Checks that so many instances can have their memory. @throws `MT_SERVICE_ENGINE_UNUSABLE` */
export function assertAddressSpace(maxInstances: number, limit: number = addressSpaceLimit()): void {
  const available = Math.min(limit, WHOLE);
  if (maxInstances * PER_INSTANCE <= available) return;
  const possible = Math.max(0, Math.floor(available / PER_INSTANCE));
  throw new ServiceEngineUnusableError(
    `${maxInstances} loaded services need ${maxInstances * 10} GB of address space, and this process has enough for ${possible}. ` +
      'Lower maxInstances, or raise the limit of the address space (ulimit -v).',
  );
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
