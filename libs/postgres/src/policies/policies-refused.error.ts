import { PostgresError } from '../sql/postgres.error.js';

/** Some tables cannot be brought under row-level security as they are (500). Nothing was changed. */
export class PoliciesRefusedError extends PostgresError {
  /** What stands in the way, each a sentence with its remedy. */
  readonly obstacles: readonly string[];

  constructor(obstacles: readonly string[]) {
    const lines = obstacles.map((obstacle) => `- ${obstacle}`);
    super('MT_POLICIES_REFUSED', `There is no SQL for these tables yet:\n${lines.join('\n')}`);
    this.obstacles = obstacles;
  }
}
