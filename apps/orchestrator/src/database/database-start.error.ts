/** The database cannot be used; the application does not start. The message says what to do and carries no secret. */
export class DatabaseStartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DatabaseStartError';
  }
}
