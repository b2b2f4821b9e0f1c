import type { MultitenancyError, Tenant } from '@tenantry/core';
import { randomUUID } from 'node:crypto';
import {
  assertSameRequest,
  begunOperation,
  patchedOperation,
  releasesClaim,
  resumedState,
  undoWrite,
} from '@tenantry/lifecycle/spi';
import {
  OperationTakenOverError,
  OperationUnknownError,
  TenantOperationRunningError,
  TenantUndoRefusedError,
} from '@tenantry/lifecycle';
import type {
  ClaimedOperation,
  NewOperation,
  OperationClaim,
  OperationPatch,
  TenantLifecycleStore,
} from '@tenantry/lifecycle/spi';
import { catalogError } from '@tenantry/core/spi';
import type { TenantOperation } from '@tenantry/lifecycle';
import { keyOf } from '../catalog/tenant-row.js';
import type { SqlDatabase, SqlSession } from '../sql/sql-database.js';
import { operationOf } from './operation-row.js';
import type { OperationRow } from './operation-row.js';
import { OPERATION_SQL as sql } from './operation-sql.js';
import { findRecord } from '../catalog/tenant-records.js';
import { writeTenant } from './tenant-writes.js';

/** What `begin` answers. */
type Begun = Awaited<ReturnType<TenantLifecycleStore['begin']>>;

const MAX_COLLISIONS = 10;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const UNIQUE_VIOLATION = '23505';

/**
 * Operations on tenants in the schema `tenantry`, beside the catalog of `PostgresTenantCatalog`. Run `migrateCatalog` first.
 *
 * A step and its write to the catalog are one transaction, which locks the operation first and the tenant second. Claims and
 * grace periods are by the clock of the database server. The database belongs to the caller, who closes it.
 */
export class PostgresTenantLifecycleStore implements TenantLifecycleStore {
  readonly #database: SqlDatabase;

  /** @param database connected as a role with the rights of `grantCatalogSql` */
  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  findTenant(tenantId: string): Promise<Tenant | null> {
    return available(() => findRecord(this.#database, tenantId));
  }

  async find(operationId: string): Promise<TenantOperation | null> {
    if (!UUID.test(operationId)) return null;
    return available(async () => {
      const row = await first(this.#database, sql.find, [operationId]);
      return row === undefined ? null : operationOf(row);
    });
  }

  findByRequestKey(requestKey: string, fingerprint: string): Promise<TenantOperation | null> {
    return available(() => sameRequest(this.#database, requestKey, fingerprint));
  }

  begin(operation: NewOperation, leaseMs: number): Promise<Begun> {
    return this.#transaction((tx) => begin(tx, operation, leaseMs));
  }

  claimDue(leaseMs: number): Promise<ClaimedOperation | null> {
    return available(async () => {
      const token = randomUUID();
      const row = await first(this.#database, sql.claimDue, [token, leaseMs]);
      return row === undefined ? null : claimed(row, token);
    });
  }

  async reopen(operationId: string, leaseMs: number): Promise<ClaimedOperation> {
    if (!UUID.test(operationId)) throw new OperationUnknownError(operationId);
    return available(async () => {
      try {
        return await this.#database.transaction((tx) => reopen(tx, operationId, leaseMs));
      } catch (error) {
        if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
        const { tenantId } = operationOf((await first(this.#database, sql.find, [operationId])) as OperationRow);
        throw (await runningError(this.#database, tenantId)) ?? error;
      }
    });
  }

  renew({ operationId, token }: OperationClaim, leaseMs: number): Promise<TenantOperation> {
    return available(async () => {
      const row = await first(this.#database, sql.renew, [operationId, token, leaseMs]);
      if (row === undefined) throw new OperationTakenOverError(operationId);
      return operationOf(row);
    });
  }

  save({ operationId, token }: OperationClaim, patch: OperationPatch): Promise<TenantOperation> {
    return this.#transaction(async (tx) => {
      const row = await first(tx, sql.lockClaimed, [operationId, token]);
      if (row === undefined) throw new OperationTakenOverError(operationId);
      return save(tx, operationOf(row), patch);
    });
  }

  undoDelete(tenantId: string): Promise<TenantOperation> {
    return this.#transaction(async (tx) => {
      const row = await first(tx, sql.lockDeletion, [keyOf(tenantId)]);
      if (row === undefined) throw new TenantUndoRefusedError(tenantId, 'no deletion is under way');
      // Read again: the time that passed while this waited for the row counts too.
      const operation = operationOf((await first(tx, sql.find, [row.id])) as OperationRow);
      return save(tx, operation, { state: 'done', step: 'undone', write: undoWrite(operation) });
    });
  }

  #transaction<R>(fn: (tx: SqlSession) => Promise<R>): Promise<R> {
    return available(() => this.#database.transaction(fn));
  }
}

async function begin(tx: SqlSession, operation: NewOperation, leaseMs: number): Promise<Begun> {
  const { id, requestKey, fingerprint, kind, tenantId, step, deadlineMs = null } = operation;
  const [key, token] = [keyOf(tenantId), randomUUID()];
  const params = [id, requestKey, fingerprint, kind, key, token, leaseMs, deadlineMs];
  for (let collision = 0; (await first(tx, sql.insert, params)) === undefined; collision += 1) {
    const known = await sameRequest(tx, requestKey, fingerprint);
    if (known !== null) return { claim: null, operation: known };
    const running = await runningError(tx, tenantId);
    // Neither is there any more: what was in the way has ended in between.
    if (running !== undefined || collision === MAX_COLLISIONS) throw running ?? new Error('begin collides too often');
  }
  const { before, tenant } = await writeTenant(tx, tenantId, operation.write);
  const begun = begunOperation(operation, step, before, tenant);
  const fill = [id, begun.state, begun.step, before && JSON.stringify(before), JSON.stringify(tenant)];
  const row = (await first(tx, sql.fill, fill)) as OperationRow;
  return begun.state === 'running' ? claimed(row, token) : { claim: null, operation: operationOf(row) };
}

async function reopen(tx: SqlSession, operationId: string, leaseMs: number): Promise<ClaimedOperation> {
  const row = await first(tx, sql.lock, [operationId]);
  if (row === undefined) throw new OperationUnknownError(operationId);
  const operation = operationOf(row);
  const state = resumedState(operation, await findRecord(tx, operation.tenantId));
  const token = randomUUID();
  return claimed((await first(tx, sql.reopen, [operationId, state, token, leaseMs])) as OperationRow, token);
}

async function save(tx: SqlSession, operation: TenantOperation, patch: OperationPatch): Promise<TenantOperation> {
  const { id, tenantId } = operation;
  const { tenant } = patch.write === undefined ? operation : await writeTenant(tx, tenantId, patch.write);
  const { state, step, finished, attempts, error } = patchedOperation(operation, patch);
  const row = await first(tx, sql.save, [
    id,
    state,
    step,
    [...finished],
    attempts,
    error && JSON.stringify(error),
    JSON.stringify(tenant),
    patch.nextAttemptMs ?? 0,
    patch.deadlineMs ?? null,
    releasesClaim(patch),
  ]);
  return operationOf(row as OperationRow);
}

async function sameRequest(
  session: SqlSession,
  requestKey: string,
  fingerprint: string,
): Promise<TenantOperation | null> {
  const row = await first(session, sql.findByKey, [requestKey]);
  if (row === undefined) return null;
  const operation = operationOf(row);
  assertSameRequest(operation, row.fingerprint, fingerprint);
  return operation;
}

async function runningError(session: SqlSession, tenantId: string): Promise<MultitenancyError | undefined> {
  const row = await first(session, sql.findExclusive, [keyOf(tenantId)]);
  return row && new TenantOperationRunningError(tenantId, row.kind, row.id);
}

function claimed(row: OperationRow, token: string): ClaimedOperation {
  return { claim: { operationId: row.id, token }, operation: operationOf(row) };
}

async function first(session: SqlSession, text: string, params: readonly unknown[]): Promise<OperationRow | undefined> {
  return (await session.query<OperationRow>(text, params)).rows[0];
}

/** Separates an outage of the database from refusals. */
async function available<R>(ask: () => Promise<R>): Promise<R> {
  try {
    return await ask();
  } catch (error) {
    throw catalogError(error);
  }
}
