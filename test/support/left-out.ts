import { writeSync } from 'node:fs';

/** Reports in one line which tests are left out, and how to run them; with `CI` set it is an error. */
export function reportLeftOut(line: string): void {
  if (process.env['CI']) throw new Error(line);
  // Past Jest's console, which would add a stack and swallow it when silent.
  writeSync(2, `${line}\n`);
}
