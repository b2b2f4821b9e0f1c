import { systemClock } from '@tenantry/core';
import type { Clock, Tenant, TenantCatalogReader } from '@tenantry/core';
import { randomUUID } from 'node:crypto';
import {
  OperationTakenOverError,
  OperationUnknownError,
  TenantOperationRunningError,
  TenantUndoRefusedError,
} from './lifecycle.errors.js';
import { writtenTenant } from './catalog-write.js';
import type { CatalogWrite } from './catalog-write.js';
import { InMemoryTenantRecords } from './in-memory-tenant-records.js';
import {
  assertSameRequest,
  begunOperation,
  isExclusive,
  patchedOperation,
  releasesClaim,
  resumedState,
  undoWrite,
} from './operation-rules.js';
import type {
  ClaimedOperation,
  NewOperation,
  OperationClaim,
  OperationPatch,
  TenantLifecycleStore,
} from './tenant-lifecycle-store.js';
import { isOpen } from './tenant-operation.js';
import type { TenantOperation } from './tenant-operation.js';

interface Entry {
  readonly fingerprint: string;
  operation: TenantOperation;
  nextAttemptAt: number;
  deadlineAt: number | null;
  token: string | null;
  leaseUntil: number;
}

/**
 * Operations and tenants in the memory of this process, for tests and small set-ups. What it holds ends with the process.
 * Methods are synchronous inside, hence atomic. {@link catalog} is the same tenants for `MultitenancyModule`.
 */
export class InMemoryTenantLifecycleStore implements TenantLifecycleStore {
  readonly #records = new InMemoryTenantRecords();
  readonly #entries = new Map<string, Entry>();
  readonly #clock: Clock;

  /** @param clock for tests. Default: the system's monotonic clock */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Reads the tenants of this store. */
  get catalog(): TenantCatalogReader {
    return this.#records;
  }

  async findTenant(tenantId: string): Promise<Tenant | null> {
    return this.#records.get(tenantId);
  }

  async find(operationId: string): Promise<TenantOperation | null> {
    const entry = this.#entries.get(operationId);
    return entry === undefined ? null : this.#view(entry);
  }

  async findByRequestKey(requestKey: string, fingerprint: string): Promise<TenantOperation | null> {
    const entry = this.#sameRequest(requestKey, fingerprint);
    return entry === undefined ? null : this.#view(entry);
  }

  async begin(
    { fingerprint, write, step, deadlineMs, ...asked }: NewOperation,
    leaseMs: number,
  ): Promise<{ readonly claim: OperationClaim | null; readonly operation: TenantOperation }> {
    const known = this.#sameRequest(asked.requestKey, fingerprint);
    if (known !== undefined) return { claim: null, operation: this.#view(known) };
    this.#assertFree(asked.tenantId);
    const before = this.#records.get(asked.tenantId);
    const tenant = this.#write(asked.tenantId, write);
    const operation = begunOperation(asked, step, before, tenant);
    const now = this.#clock.now();
    const deadlineAt = deadlineMs === undefined ? null : now + deadlineMs;
    const entry = { fingerprint, operation, nextAttemptAt: now, deadlineAt, token: null, leaseUntil: now };
    this.#entries.set(asked.id, entry);
    return isOpen(operation) ? this.#claim(entry, leaseMs) : { claim: null, operation };
  }

  async claimDue(leaseMs: number): Promise<ClaimedOperation | null> {
    const now = this.#clock.now();
    const entry = this.#first(
      ({ operation, nextAttemptAt, token, leaseUntil }) =>
        isOpen(operation) && nextAttemptAt <= now && (token === null || leaseUntil <= now),
    );
    return entry === undefined ? null : this.#claim(entry, leaseMs);
  }

  async reopen(operationId: string, leaseMs: number): Promise<ClaimedOperation> {
    const entry = this.#entries.get(operationId);
    if (entry === undefined) throw new OperationUnknownError(operationId);
    const { operation } = entry;
    const state = resumedState(operation, this.#records.get(operation.tenantId));
    if (isExclusive({ state, step: operation.step })) this.#assertFree(operation.tenantId);
    entry.operation = { ...operation, state, attempts: 0 };
    entry.nextAttemptAt = this.#clock.now();
    return this.#claim(entry, leaseMs);
  }

  async renew(claim: OperationClaim, leaseMs: number): Promise<TenantOperation> {
    const entry = this.#claimed(claim);
    entry.leaseUntil = this.#clock.now() + leaseMs;
    return this.#view(entry);
  }

  async save(claim: OperationClaim, patch: OperationPatch): Promise<TenantOperation> {
    const entry = this.#claimed(claim);
    const { operation } = entry;
    const tenant = patch.write === undefined ? operation.tenant : this.#write(operation.tenantId, patch.write);
    const now = this.#clock.now();
    entry.operation = { ...patchedOperation(operation, patch), tenant };
    entry.nextAttemptAt = now + (patch.nextAttemptMs ?? 0);
    if (patch.deadlineMs !== undefined) entry.deadlineAt = now + patch.deadlineMs;
    if (releasesClaim(patch)) entry.token = null;
    return this.#view(entry);
  }

  async undoDelete(tenantId: string): Promise<TenantOperation> {
    const key = tenantId.toLowerCase();
    const entry = this.#first(
      ({ operation }) => operation.tenantId.toLowerCase() === key && operation.kind === 'delete' && isOpen(operation),
    );
    if (entry === undefined) throw new TenantUndoRefusedError(tenantId, 'no deletion is under way');
    const operation = this.#view(entry);
    const tenant = this.#write(tenantId, undoWrite(operation));
    entry.operation = { ...operation, state: 'done', step: 'undone', tenant };
    entry.token = null;
    return this.#view(entry);
  }

  /** @returns the record after the write; of one that is removed, the record before it */
  #write(tenantId: string, write: CatalogWrite): Tenant {
    const current = this.#records.get(tenantId);
    const next = writtenTenant(tenantId, current, write);
    if (next !== current) this.#records.replace(write.type === 'create' ? null : current, next);
    return next ?? (current as Tenant);
  }

  #assertFree(tenantId: string): void {
    const key = tenantId.toLowerCase();
    const other = this.#first(({ operation }) => operation.tenantId.toLowerCase() === key && isExclusive(operation));
    if (other === undefined) return;
    throw new TenantOperationRunningError(tenantId, other.operation.kind, other.operation.id);
  }

  #claim(entry: Entry, leaseMs: number): ClaimedOperation {
    entry.token = randomUUID();
    entry.leaseUntil = this.#clock.now() + leaseMs;
    const operation = this.#view(entry);
    return { claim: { operationId: operation.id, token: entry.token }, operation };
  }

  #claimed({ operationId, token }: OperationClaim): Entry {
    const entry = this.#entries.get(operationId);
    if (entry === undefined || entry.token !== token) throw new OperationTakenOverError(operationId);
    return entry;
  }

  #sameRequest(requestKey: string, fingerprint: string): Entry | undefined {
    const entry = this.#first(({ operation }) => operation.requestKey === requestKey);
    if (entry !== undefined) assertSameRequest(entry.operation, entry.fingerprint, fingerprint);
    return entry;
  }

  #first(fits: (entry: Entry) => boolean): Entry | undefined {
    return [...this.#entries.values()].find(fits);
  }

  #view({ operation, nextAttemptAt, deadlineAt }: Entry): TenantOperation {
    const inMs = (at: number): number => Math.max(0, at - this.#clock.now());
    return {
      ...operation,
      nextAttemptInMs: inMs(nextAttemptAt),
      deadlineInMs: deadlineAt === null ? null : inMs(deadlineAt),
    };
  }
}
