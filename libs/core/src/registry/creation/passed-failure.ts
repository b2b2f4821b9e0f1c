/**
 * Marks the failure of a creation that is not its factory's fault: a client that it depends on, a tenant that is not served. Callers
 * get its `cause`; it is not counted, and no attempt is held back for it.
 */
export class PassedFailure extends Error {
  constructor(cause: unknown) {
    super('The client was not created, for a reason outside of its factory.', { cause });
  }
}
