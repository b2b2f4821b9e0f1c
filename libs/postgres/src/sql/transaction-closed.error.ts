import { MultitenancyError } from '@tenantry/core';

/** A transaction's session was used after its transaction had ended (500). Nothing was sent to the database. */
export class TransactionClosedError extends MultitenancyError {
  constructor() {
    super(
      'MT_ISOLATION_UNSAFE',
      'This session belongs to a transaction that has ended. Await every statement inside of the function given to transaction(), and do not keep its session.',
    );
  }
}
