import { PostgresError } from '../../sql/postgres.error.js';

/** A move cannot begin, continue or be cancelled in the current state (409). Nothing was changed. */
export class MoveRefusedError extends PostgresError {
  constructor(tenantId: string, why: string) {
    super('MT_MOVE_REFUSED', `The move of tenant "${tenantId}" was refused: ${why}.`, { tenantId });
  }
}

/** Rows at two places differ that should be the same (500). Nothing was switched or removed because of it. */
export class MoveMismatchError extends PostgresError {
  /** Names of the tables. */
  readonly tables: readonly string[];

  constructor(tenantId: string, tables: readonly string[], remedy: string) {
    super(
      'MT_MOVE_MISMATCH',
      `The rows of tenant "${tenantId}" differ at its two places, in number or checksum: ${tables.join(', ')}. ${remedy}`,
      { tenantId },
    );
    this.tables = tables;
  }
}
