import { Injectable } from '@nestjs/common';
import { OperationUnknownError, TenantLifecycle } from '@tenantry/lifecycle';
import type { TenantOperation } from '@tenantry/lifecycle';
import { PasswordHasher } from '@tenantry/identity';
import { validationFailed } from '../http/api-errors.js';
import { NewTenantInput } from '../tenancy/new-tenant-input.js';
import type { OperationAnswer, ResumeRequest } from './admin-operations.schemas.js';

/** Operations on tenants, for the operator who looks after those that failed. */
@Injectable()
export class TenantOperations {
  readonly #lifecycle: TenantLifecycle;
  readonly #hasher: PasswordHasher;

  constructor(lifecycle: TenantLifecycle, hasher: PasswordHasher) {
    this.#lifecycle = lifecycle;
    this.#hasher = hasher;
  }

  /** Gives one operation. @throws `MT_OPERATION_UNKNOWN`, `MT_CATALOG_UNAVAILABLE` */
  async get(id: string): Promise<OperationAnswer> {
    const operation = await this.#lifecycle.find(id);
    if (operation === null) throw new OperationUnknownError(id);
    return answerOf(operation);
  }

  /**
   * Continues an operation that has failed.
   *
   * @param input first user and cloud account, both or neither: needed where a creation is `MT_TENANT_INPUT_NEEDED`
   * @throws `VALIDATION_FAILED`, `MT_OPERATION_UNKNOWN`, `MT_OPERATION_NOT_RESUMABLE`, `MT_OPERATION_FAILED`, `MT_CATALOG_UNAVAILABLE`
   */
  async resume(id: string, input: ResumeRequest): Promise<OperationAnswer> {
    return answerOf(await this.#lifecycle.resume(id, await this.#inputOf(input)));
  }

  async #inputOf({ admin, cloudAccount }: ResumeRequest): Promise<NewTenantInput | undefined> {
    if (admin === undefined && cloudAccount === undefined) return undefined;
    if (admin === undefined || cloudAccount === undefined) {
      const field = admin === undefined ? 'admin' : 'cloudAccount';
      throw validationFailed([{ field, message: 'admin and cloudAccount are needed together' }]);
    }
    return new NewTenantInput(admin.username, await this.#hasher.hash(admin.password), cloudAccount);
  }
}

function answerOf(operation: TenantOperation): OperationAnswer {
  const { id, kind, tenantId, state, step, finished, attempts, error, tenant } = operation;
  return { id, kind, tenantId, state, step, finished, attempts, error, tenant };
}
