import { numberOption } from '@tenantry/core/spi';
import { OptionsInvalidError } from '@tenantry/core';

/** What the services of one tenant may use. Every value is an integer. */
export interface ServiceLimits {
  /** CPU time of one turn: from a call into the service until it awaits something. 1 to 60,000 ms. Default 50. */
  readonly turnCpuMs: number;
  /** CPU time of all turns of a request. 1 to 60,000 ms. Default 200. */
  readonly requestCpuMs: number;
  /** How long code that does not yield may continue beyond `turnCpuMs` before its thread is ended. 20 to 60,000 ms. Default 100. */
  readonly graceMs: number;
  /** How long a request may take. 1 to 600,000 ms. Default 5,000. */
  readonly wallMs: number;
  /** Memory of an instance. 1 MiB to 1 GiB. Default 16 MiB. */
  readonly memoryBytes: number;
  /** Stack of an instance. 16 KiB to 512 KiB. Default 256 KiB. */
  readonly stackBytes: number;
  /** Characters of a request, a response or the arguments of a host call, as JSON. 1,024 to 16 Mi. Default 1 Mi. */
  readonly maxTextLength: number;
  /** Calls of capabilities in one request. 0 to 10,000. Default 50. */
  readonly hostCallsPerRequest: number;
  /** Lines that a request may log. 0 to 10,000. Default 100. */
  readonly logLinesPerRequest: number;
  /** Requests of a tenant at the same time. 1 to 10,000. Default 20. */
  readonly concurrency: number;
  /** Size of an uploaded source in bytes. 1,024 to 16 MiB. Default 1 MiB. */
  readonly artifactBytes: number;
  /** Versions of a service that are kept. 2 to 1,000. Default 10. */
  readonly versionsKept: number;
  /** Services of a tenant. 1 to 10,000. Default 50. */
  readonly services: number;
}

const MIB = 1_024 * 1_024;

/** The defaults of {@link ServiceLimits}. */
export const DEFAULT_SERVICE_LIMITS: ServiceLimits = Object.freeze({
  turnCpuMs: 50,
  requestCpuMs: 200,
  graceMs: 100,
  wallMs: 5_000,
  memoryBytes: 16 * MIB,
  stackBytes: 256 * 1_024,
  maxTextLength: MIB,
  hostCallsPerRequest: 50,
  logLinesPerRequest: 100,
  concurrency: 20,
  artifactBytes: MIB,
  versionsKept: 10,
  services: 50,
});

const RANGES: Readonly<Record<keyof ServiceLimits, readonly [number, number]>> = {
  turnCpuMs: [1, 60_000],
  requestCpuMs: [1, 60_000],
  graceMs: [20, 60_000],
  wallMs: [1, 600_000],
  memoryBytes: [MIB, 1_024 * MIB],
  stackBytes: [16 * 1_024, 512 * 1_024],
  maxTextLength: [1_024, 16 * MIB],
  hostCallsPerRequest: [0, 10_000],
  logLinesPerRequest: [0, 10_000],
  concurrency: [1, 10_000],
  artifactBytes: [1_024, 16 * MIB],
  versionsKept: [2, 1_000],
  services: [1, 10_000],
};

/**
 * Fills in the defaults and checks the ranges.
 *
 * @param option name of the option that the limits come from, for the error
 * @throws `MT_OPTIONS_INVALID`
 */
export function resolveServiceLimits(option: string, limits: Partial<ServiceLimits> = {}): ServiceLimits {
  const resolved = { ...DEFAULT_SERVICE_LIMITS, ...limits };
  for (const [name, value] of Object.entries(resolved)) {
    if (!Object.hasOwn(RANGES, name))
      throw new OptionsInvalidError(`${option}.${name}`, value, 'no option of this name');
    const [min, max] = RANGES[name as keyof ServiceLimits];
    numberOption(`${option}.${name}`, value, { min, max, whole: true });
  }
  return Object.freeze(resolved);
}
