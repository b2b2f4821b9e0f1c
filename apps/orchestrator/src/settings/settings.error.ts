/** Some environment variables cannot be used; the application does not start. The message has one line per variable. */
export class SettingsError extends Error {
  /** One line per variable: its name, its value unless it is a secret, and what is allowed. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['The settings cannot be used:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.name = 'SettingsError';
    this.problems = problems;
  }
}
