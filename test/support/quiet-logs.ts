/*
 * Lines that applications log through Nest are left out of what the tests print; LOGS=1 prints them. The streams belong to the
 * worker and live longer than one test file, so they are wrapped once.
 */
// Built from a text: a regular expression may not contain the escape character itself.
const LOG_LINE = new RegExp(`^(?:${String.fromCharCode(27)}\\[\\d+m)?\\[Nest\\]`);
const WRAPPED = Symbol.for('tenantry.tests.quiet-logs');

function quieten(stream: NodeJS.WriteStream & { [WRAPPED]?: true }): void {
  if (stream[WRAPPED] === true) return;
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  const quiet = (chunk: unknown, ...rest: unknown[]): boolean =>
    (typeof chunk === 'string' && LOG_LINE.test(chunk)) || write(chunk, ...rest);
  Object.assign(stream, { write: quiet, [WRAPPED]: true });
}

if (process.env['LOGS'] !== '1') {
  quieten(process.stdout);
  quieten(process.stderr);
}

export {};
