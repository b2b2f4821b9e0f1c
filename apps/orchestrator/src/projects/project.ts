/** A project of the current tenant. */
export interface Project {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  /** May be empty. */
  readonly description: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
