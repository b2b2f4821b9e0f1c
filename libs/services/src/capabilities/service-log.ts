import type { JsonValue, TenantId } from '@tenantry/core';
import type { Capability, ServiceInvocation } from '../engine/service-engine.js';

/** One line of a tenant's log. */
export interface ServiceLogLine {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly service: string;
  readonly version: number;
  /** Which request. */
  readonly callId: string;
  readonly message: string;
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const MAX_LENGTH = 4_000;
const MOST_TENANTS = 10_000;

/** How much a {@link ServiceLog} keeps. */
export interface ServiceLogOptions {
  /** Lines of a tenant. 1 and up. Default 500. */
  readonly linesPerTenant?: number;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/**
 * What tenants' services logged on this node, and why they failed, for the tenants' administrators. It is bounded: the oldest lines
 * of a tenant go first, and beyond 10,000 tenants the one that logged nothing for longest.
 */
export class ServiceLog {
  readonly #max: number;
  readonly #now: () => number;
  readonly #tenants = new Map<TenantId, ServiceLogLine[]>();

  constructor({ linesPerTenant = 500, now = Date.now }: ServiceLogOptions = {}) {
    this.#max = linesPerTenant;
    this.#now = now;
  }

  add(tenantId: TenantId, line: Omit<ServiceLogLine, 'at'>): void {
    const lines = this.#tenants.get(tenantId) ?? [];
    lines.push({ ...line, at: this.#now(), message: line.message.slice(0, MAX_LENGTH) });
    if (lines.length > this.#max) lines.shift();
    this.#tenants.delete(tenantId);
    this.#tenants.set(tenantId, lines);
    if (this.#tenants.size > MOST_TENANTS) this.#tenants.delete(this.#tenants.keys().next().value as TenantId);
  }

  /** Adds why a call failed. A call that went well adds nothing. */
  addFailure({ tenantId, service, version, callId, outcome, cpuMs, error }: ServiceInvocation): void {
    if (error === undefined) return;
    const cpu = `${Math.round(cpuMs)} ms CPU`;
    const message = [`${outcome}: ${error.message} (${cpu})`, error.stack]
      .filter((part) => part !== undefined)
      .join('\n');
    this.add(tenantId, { level: 'error', service, version, callId, message });
  }

  /** The lines of a tenant, or of one of its services, oldest first. */
  read(tenantId: TenantId, service?: string): readonly ServiceLogLine[] {
    return (this.#tenants.get(tenantId) ?? []).filter((line) => service === undefined || line.service === service);
  }

  /** Deletes the lines of a tenant. */
  removeAll(tenantId: TenantId): void {
    this.#tenants.delete(tenantId);
  }

  /** `ctx.log`. */
  capabilities(): [name: string, capability: Capability][] {
    return LEVELS.map((level) => [
      `log.${level}`,
      async ({ tenantId, service, version, callId }, ...parts) => {
        this.add(tenantId, { level, service, version, callId, message: parts.map(textOf).join(' ') });
        return undefined;
      },
    ]);
  }
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
