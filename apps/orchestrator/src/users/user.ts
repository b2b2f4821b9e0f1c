/** A user of the current tenant. */
export interface User {
  /** UUID. */
  readonly id: string;
  /** Name to log in with, in lower case; unique within the tenant. */
  readonly name: string;
  /** Made by `PasswordHasher`. Never leaves the server. */
  readonly passwordHash: string;
  readonly roles: readonly string[];
}
