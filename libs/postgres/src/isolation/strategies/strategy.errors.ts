import { PostgresError } from '../../sql/postgres.error.js';

/** The database of one tenant cannot be reached (503). Others are not affected. Its `cause` is the driver's error. */
export class TenantDatabaseUnavailableError extends PostgresError {
  constructor(tenantId: string, cause: unknown, retryAfterMs?: number) {
    super(
      'MT_DATABASE_UNAVAILABLE',
      `The database of tenant "${tenantId}" cannot be reached at the moment. See \`cause\`; try again shortly.`,
      { tenantId, cause, retryAfterMs },
    );
  }
}

/** A connection is not what the strategy relies on (500). It was closed before any statement of the tenant. */
export class ConnectionUnsafeError extends PostgresError {
  constructor(tenantId: string, what: string, remedy: string) {
    super('MT_ISOLATION_UNSAFE', `A connection for tenant "${tenantId}" was refused: ${what}. ${remedy}`, { tenantId });
  }
}

/** The tenant's schema is not there, or its role may not use it (500). There is no fall-through to another schema. */
export class TenantSchemaMissingError extends PostgresError {
  constructor(tenantId: string, schema: string) {
    super(
      'MT_SCHEMA_MISSING',
      `Schema "${schema}" of tenant "${tenantId}" is not there, or its role may not use it. Run tenantSchemaSql() for the tenant, then the migrations of its tables.`,
      { tenantId },
    );
  }
}

/** A placement cannot be used (500). Nothing was connected to. */
export class PlacementInvalidError extends PostgresError {
  constructor(tenantId: string, what: string, remedy: string) {
    super('MT_PLACEMENT_INVALID', `The placement of tenant "${tenantId}" cannot be used: ${what}. ${remedy}`, {
      tenantId,
    });
  }
}

/** A placement names a database that another tenant has (500). Nothing was recorded. */
export class PlacementTakenError extends PlacementInvalidError {
  /** The tenant that has it, for operators: it is not in the message. `undefined` when that changed meanwhile. */
  readonly heldBy: string | undefined;

  constructor(tenantId: string, heldBy: string | undefined) {
    super(tenantId, 'another tenant has the database that it names', 'Give each of them a database of its own.');
    this.heldBy = heldBy;
  }
}

/** It is not on record where the tenant's data lie (500). */
export class PlacementMissingError extends PostgresError {
  constructor(tenantId: string) {
    super(
      'MT_PLACEMENT_MISSING',
      `It is not on record where the data of tenant "${tenantId}" lie. Call place() of the placements for it, or give a fallback for tenants without a placement.`,
      { tenantId },
    );
  }
}

/** The tenant's data are being moved (503); they are neither read nor written until the switch. */
export class TenantMovingError extends PostgresError {
  constructor(tenantId: string) {
    super(
      'MT_TENANT_MOVING',
      `The data of tenant "${tenantId}" are being moved. Try again shortly; if it lasts, look whether the move stopped, and resume or cancel it.`,
      { tenantId },
    );
  }
}
