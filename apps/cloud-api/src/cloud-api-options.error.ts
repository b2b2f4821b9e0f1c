/** A setting is not acceptable. The message names the setting and what is allowed; it never repeats the value. */
export class CloudApiOptionsError extends Error {
  override readonly name = 'CloudApiOptionsError';
  /** What is wrong, one entry each: `name: what is allowed`. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings of the cloud API are not acceptable. ${problems.join('; ')}.`);
    this.problems = problems;
  }
}
