import { relative } from 'node:path';

/** Prints the test files that fail, with their failures, and nothing of those that pass. Jest's `summary` prints the totals. */
export default class FailuresReporter {
  onTestResult({ path, context }, { failureMessage, console: lines }) {
    if (failureMessage === undefined || failureMessage === null) return;
    process.stderr.write(`FAIL ${relative(context.config.rootDir, path)}\n${failureMessage}\n`);
    for (const { message } of lines ?? []) process.stderr.write(`${message}\n`);
  }
}
