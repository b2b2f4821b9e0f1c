import { ArgumentInvalidError, TenantSettings } from '@tenantry/core';
import type { NewTenant, Tenant } from '@tenantry/core';
import { randomUUID } from 'node:crypto';
import { keepAlive, numberArgument, pause } from '@tenantry/core/spi';
import { OperationTakenOverError, TenantOperationFailedError } from './lifecycle.errors.js';
import { BackgroundOperations } from './background-operations.js';
import { writtenTenant } from './catalog-write.js';
import type { CatalogWrite, TenantLifecycleChanges } from './catalog-write.js';
import { resolveLifecycleOptions } from './lifecycle-options.js';
import type { ResolvedLifecycleOptions, TenantLifecycleOptions } from './lifecycle-options.js';
import type {
  CreateTenantOptions,
  DeleteTenantOptions,
  LifecycleCallOptions,
  LifecycleSurroundings,
} from './lifecycle-calls.js';
import { LifecycleParticipants } from './lifecycle-participants.js';
import { OperationRunner } from './operation-runner.js';
import { requestFingerprint } from './request-fingerprint.js';
import type { ClaimedOperation, NewOperation } from './tenant-lifecycle-store.js';
import { isOpen, isSettled } from './tenant-operation.js';
import type { TenantOperation } from './tenant-operation.js';

const NO_PARTICIPANTS = new LifecycleParticipants([], []);
const LONGEST_GRACE_MS = 365 * 86_400_000;
const LONGEST_KEY = 200;
const REPEAT_POLL_MS = 100;

/**
 * The life of tenants: `provisioning -> active <-> suspended -> deleting -> deleted`. Each change is an operation that is on
 * record from its first write, survives crashes, and is finished by whichever node is there.
 *
 * Methods resolve when the change is made; after-listeners are called in the background. When the process ends in between,
 * {@link start} on any node continues.
 */
export class TenantLifecycle {
  readonly #options: ResolvedLifecycleOptions;
  readonly #participants: () => LifecycleParticipants;
  readonly #settings: TenantSettings<object>;
  readonly #changed: (operation: TenantOperation) => void;
  readonly #stop = new AbortController();
  readonly #runner: OperationRunner;
  readonly #background: BackgroundOperations;

  /** @throws `MT_OPTIONS_INVALID` */
  constructor(options: TenantLifecycleOptions, surroundings: LifecycleSurroundings = {}) {
    const {
      participants = () => NO_PARTICIPANTS,
      releaseClients = async () => undefined,
      openScopes = () => 0,
      changed = () => undefined,
    } = surroundings;
    this.#options = resolveLifecycleOptions(options);
    this.#participants = participants;
    this.#changed = changed;
    this.#settings = surroundings.settings ?? new TenantSettings();
    const parts = { options: this.#options, participants, releaseClients, openScopes, changed };
    this.#runner = new OperationRunner(parts, this.#stop.signal);
    this.#background = new BackgroundOperations(parts);
  }

  /**
   * Creates a tenant: recorded as `provisioning`, set up by the provisioners, then `active`. It is served when all of that is
   * done and not before.
   *
   * @throws `MT_TENANT_VETOED`, `MT_TENANT_EXISTS`, `MT_TENANT_FIELD_INVALID`, `MT_REQUEST_KEY_REUSED` (nothing was written),
   *   `MT_OPERATION_FAILED`, `MT_CATALOG_UNAVAILABLE`
   */
  async create(
    tenant: Omit<NewTenant, 'status'>,
    { requestKey, input }: CreateTenantOptions = {},
  ): Promise<TenantOperation> {
    if (tenant.settings !== undefined) await this.#settings.check(tenant.settings);
    const write: CatalogWrite = { type: 'create', tenant };
    return this.#change({ kind: 'create', tenantId: tenant.id, step: 'provision', write }, requestKey, input);
  }

  /** From `suspended` to `active`; an active tenant stays as it is. Errors as {@link update}. */
  activate(tenantId: string, { requestKey, ...expected }: LifecycleCallOptions = {}): Promise<TenantOperation> {
    const write: CatalogWrite = { type: 'status', to: 'active', from: ['suspended', 'active'], ...expected };
    return this.#change({ kind: 'activate', tenantId, step: 'notify', write }, requestKey);
  }

  /** From `active` to `suspended`; a suspended tenant stays as it is. Errors as {@link update}. */
  suspend(tenantId: string, { requestKey, ...expected }: LifecycleCallOptions = {}): Promise<TenantOperation> {
    const write: CatalogWrite = { type: 'status', to: 'suspended', from: ['active', 'suspended'], ...expected };
    return this.#change({ kind: 'suspend', tenantId, step: 'notify', write }, requestKey);
  }

  /** Gives the tenant another canonical domain; the old one is free at once. Errors as {@link update}. */
  rename(
    tenantId: string,
    domain: string,
    { requestKey, ...expected }: LifecycleCallOptions = {},
  ): Promise<TenantOperation> {
    const write: CatalogWrite = { type: 'change', changes: { domain }, ...expected };
    return this.#change({ kind: 'rename', tenantId, step: 'notify', write }, requestKey);
  }

  /**
   * Changes fields of the record, the domain among them, in one write.
   *
   * @throws `MT_TENANT_VETOED`, `MT_TENANT_UNKNOWN`, `MT_TENANT_EXISTS`, `MT_TENANT_STALE`, `MT_TENANT_FIELD_INVALID`,
   *   `MT_TENANT_TRANSITION_REFUSED`, `MT_TENANT_OPERATION_RUNNING`, `MT_REQUEST_KEY_REUSED` (nothing was written),
   *   `MT_CATALOG_UNAVAILABLE`
   */
  async update(
    tenantId: string,
    changes: TenantLifecycleChanges,
    { requestKey, ...expected }: LifecycleCallOptions = {},
  ): Promise<TenantOperation> {
    if (changes.settings !== undefined) await this.#settings.check(changes.settings);
    const write: CatalogWrite = { type: 'change', changes, ...expected };
    return this.#change({ kind: 'update', tenantId, step: 'notify', write }, requestKey);
  }

  /**
   * Deletes a tenant and its data: requests are blocked, then the grace period, then its clients closed everywhere, then the data
   * removed, then its id tombstoned. Resolves when it is gone, or with a grace period when that has begun. Errors as {@link update},
   * and `MT_OPERATION_FAILED`: then the tenant stays blocked, and `resume` continues.
   */
  async delete(
    tenantId: string,
    { requestKey, gracePeriodMs = 0, ...expected }: DeleteTenantOptions = {},
  ): Promise<TenantOperation> {
    numberArgument('gracePeriodMs', gracePeriodMs, { min: 0, max: LONGEST_GRACE_MS, unit: 'milliseconds' });
    const from = ['active', 'suspended', 'provisioning'] as const;
    const write: CatalogWrite = { type: 'status', to: 'deleting', from, ...expected };
    const [step, deadlineMs] =
      gracePeriodMs > 0 ? (['grace', gracePeriodMs] as const) : (['drain', this.#options.drainTimeoutMs] as const);
    return this.#change({ kind: 'delete', tenantId, step, deadlineMs, write }, requestKey);
  }

  /** Takes a deletion back in its grace period. @throws `MT_TENANT_UNDO_REFUSED`, `MT_CATALOG_UNAVAILABLE` */
  async undoDelete(tenantId: string): Promise<TenantOperation> {
    const operation = await this.#options.store.undoDelete(tenantId);
    this.#changed(operation);
    return operation;
  }

  /**
   * Continues an operation that has failed.
   *
   * @param input for the provisioners, as with `create`
   * @throws `MT_OPERATION_UNKNOWN`, `MT_OPERATION_NOT_RESUMABLE`, `MT_TENANT_OPERATION_RUNNING`, `MT_OPERATION_FAILED`,
   *   `MT_CATALOG_UNAVAILABLE`
   */
  async resume(operationId: string, input?: unknown): Promise<TenantOperation> {
    return keepAlive(this.#options.clock, this.#resume(operationId, input));
  }

  /** The operation as it is recorded; `null` = there is none. @throws `MT_CATALOG_UNAVAILABLE` */
  find(operationId: string): Promise<TenantOperation | null> {
    return this.#options.store.find(operationId);
  }

  /** Begins to poll for abandoned operations. Idempotent. */
  start(): void {
    this.#background.start();
  }

  /** Looks for such operations once, now, and runs them to their end. For scripts and tests; {@link start} does it regularly. */
  async resumeDue(): Promise<void> {
    await keepAlive(this.#options.clock, this.#background.poll());
    await this.idle();
  }

  /** Stops polling. Running operations continue. */
  stop(): void {
    this.#background.stop();
  }

  /** Settles when nothing runs on this node any more. */
  idle(): Promise<void> {
    return keepAlive(this.#options.clock, this.#background.idle());
  }

  /**
   * Hands work without a waiting caller over to other nodes: polling stops, and resumed operations and after-listeners are released
   * after their current step. Calls still work; their background work is released too. Idempotent.
   */
  retire(): Promise<void> {
    return keepAlive(this.#options.clock, this.#background.retire());
  }

  /** Stops everything: running operations are released after their current step, for other nodes to continue. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.retire();
  }

  #change(
    asked: Omit<NewOperation, 'id' | 'requestKey' | 'fingerprint'>,
    requestKey: string = randomUUID(),
    input?: unknown,
  ): Promise<TenantOperation> {
    return keepAlive(this.#options.clock, this.#begin(asked, requestKey, input));
  }

  async #begin(
    asked: Omit<NewOperation, 'id' | 'requestKey' | 'fingerprint'>,
    requestKey: string,
    input: unknown,
  ): Promise<TenantOperation> {
    const { store, leaseMs } = this.#options;
    const fingerprint = requestFingerprint(essenceOf(asked));
    const known = await store.findByRequestKey(checkedKey(requestKey), fingerprint);
    if (known !== null) return this.#outcome(await this.#settled(known));
    const id = randomUUID();
    await this.#ask(id, asked);
    const { claim, operation } = await store.begin({ ...asked, id, requestKey, fingerprint }, leaseMs);
    this.#changed(operation);
    if (claim === null) return this.#outcome(await this.#settled(operation));
    return this.#drive({ claim, operation }, input);
  }

  async #resume(operationId: string, input: unknown): Promise<TenantOperation> {
    return this.#drive(await this.#options.store.reopen(operationId, this.#options.leaseMs), input);
  }

  /** The before-listeners see what would be written; what cannot be written is refused before they are asked. */
  async #ask(
    operationId: string,
    { kind, tenantId, write }: Pick<NewOperation, 'kind' | 'tenantId' | 'write'>,
  ): Promise<void> {
    const before = write.type === 'create' ? null : await this.#options.store.findTenant(tenantId);
    const tenant = writtenTenant(tenantId, before, write) as Tenant;
    if (tenant !== before) await this.#participants().ask({ operationId, kind, before, tenant });
  }

  async #drive(claimed: ClaimedOperation, input: unknown): Promise<TenantOperation> {
    try {
      const { operation, cause } = await this.#runner.run(claimed, { input, until: isSettled });
      if (isOpen(operation)) await this.#background.take({ claim: claimed.claim, operation });
      return this.#outcome(operation, cause);
    } catch (error) {
      if (!(error instanceof OperationTakenOverError)) throw error;
      return this.#outcome(await this.#settled(claimed.operation));
    }
  }

  /** Waits until another node has brought an operation to its result. */
  async #settled(known: TenantOperation): Promise<TenantOperation> {
    const { store, clock, repeatWaitMs } = this.#options;
    const giveUpAt = clock.now() + repeatWaitMs;
    let operation = known;
    while (!isSettled(operation) && clock.now() < giveUpAt) {
      await pause(clock, REPEAT_POLL_MS);
      operation = (await store.find(known.id)) ?? operation;
    }
    return operation;
  }

  #outcome(operation: TenantOperation, cause?: unknown): TenantOperation {
    if (operation.state !== 'failed' || operation.step === 'notify') return operation;
    const remedy =
      operation.step === 'compensated'
        ? 'What was done was taken back; create the tenant again with another id.'
        : 'The tenant is not served. See the error of the operation, and resume it.';
    throw new TenantOperationFailedError(operation, remedy, cause ?? operation.error);
  }
}

/** Options of the node, such as how long a drain may take, are no part of the request. */
function essenceOf({
  kind,
  tenantId,
  step,
  deadlineMs,
  write,
}: Omit<NewOperation, 'id' | 'requestKey' | 'fingerprint'>): object {
  return { kind, tenantId: tenantId.toLowerCase(), write, graceMs: step === 'grace' ? deadlineMs : 0 };
}

function checkedKey(requestKey: string): string {
  if (typeof requestKey === 'string' && requestKey !== '' && requestKey.length <= LONGEST_KEY) return requestKey;
  throw new ArgumentInvalidError('requestKey', requestKey, `text of 1 to ${LONGEST_KEY} characters`);
}
