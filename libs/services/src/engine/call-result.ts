import type { MultitenancyError } from '@tenantry/core';
import { ServiceFailedError, ServiceInterruptedError, ServiceTimeoutError } from '../kernel/service.errors.js';
import type { ServiceCallSite } from '../kernel/service.errors.js';
import type { GuestFault } from '../thread/messages.js';
import type { CallEnd } from './instance.js';
import { checkedReply } from './reply.js';
import type { ServiceInvocation, ServiceOutcome, ServiceReply } from './service-engine.js';
import type { ServiceNotLoadedError } from './tenant-instances.js';

/** Why there is no reply: makes the caller's error. */
interface NoReply {
  readonly problem: (site: ServiceCallSite) => MultitenancyError;
}

/** What a call came to, for its caller, for the quarantine and for the log. */
export interface CallResult {
  readonly reply: ServiceReply | NoReply;
  /** A limit that was broken. */
  readonly fault?: GuestFault | 'thread' | undefined;
  readonly invocation: Pick<ServiceInvocation, 'outcome' | 'cpuMs' | 'error'>;
}

const failed: NoReply = { problem: (site) => new ServiceFailedError(site) };
const timeout: NoReply = { problem: (site) => new ServiceTimeoutError(site) };
const interrupted: NoReply = { problem: (site) => new ServiceInterruptedError(site) };

const FAULTS: Readonly<Record<GuestFault | 'thread', readonly [ServiceOutcome, NoReply, string]>> = {
  cpu: ['timeout', timeout, 'The service used more CPU time than it may.'],
  thread: ['ended', timeout, 'The service did not yield: its thread had to be ended.'],
  memory: ['memory', failed, 'The service used more memory than it may.'],
  trap: ['memory', failed, 'The service ended its machine: its stack or memory is used up.'],
};

/** What the end of a call means. */
export function endedCall(end: CallEnd): CallResult {
  const { cpuMs } = end;
  if (end.type === 'interrupted') return { reply: interrupted, invocation: { outcome: 'interrupted', cpuMs } };
  if (end.type === 'failed') return { reply: failed, invocation: { outcome: 'failed', cpuMs, error: end.error } };
  if (end.type === 'fault') return faultyCall(end.fault, cpuMs);
  const reply = checkedReply(end.reply);
  if (!('problem' in reply)) return { reply, invocation: { outcome: 'ok', cpuMs } };
  return { reply: failed, invocation: { outcome: 'failed', cpuMs, error: { message: reply.problem } } };
}

/** A service that was valid when it was uploaded, and does not load now. */
export function failedLoad({ guestError: error, fault }: ServiceNotLoadedError): CallResult {
  if (fault !== undefined) return faultyCall(fault, 0);
  return { reply: failed, invocation: { outcome: 'failed', cpuMs: 0, error } };
}

/** The request took too long. */
export function lateCall(wallMs: number): CallResult {
  const error = { message: `The request took longer than ${wallMs} ms.` };
  return { reply: timeout, invocation: { outcome: 'timeout', cpuMs: 0, error } };
}

/** The caller is gone. */
export function abortedCall(): CallResult {
  return { reply: interrupted, invocation: { outcome: 'aborted', cpuMs: 0 } };
}

function faultyCall(fault: GuestFault | 'thread', cpuMs: number): CallResult {
  const [outcome, reply, message] = FAULTS[fault];
  return { reply, fault, invocation: { outcome, cpuMs, error: { message } } };
}
