/** SQLSTATEs that a rule of the tables causes. */
const UNIQUE = '23505';
const FOREIGN_KEY = '23503';
const CHECK = '23514';

/** What a failed statement means to the caller, by SQLSTATE; the error itself where it means none of them. */
export interface SqlFaults {
  readonly unique?: () => Error;
  readonly foreignKey?: () => Error;
  readonly check?: () => Error;
}

/** Runs statements and names the violation of a rule. @throws what `faults` gives, or the driver's error */
export async function withFaults<R>(faults: SqlFaults, run: () => Promise<R>): Promise<R> {
  try {
    return await run();
  } catch (error) {
    throw faultOf(error, faults)?.() ?? error;
  }
}

function faultOf(error: unknown, { unique, foreignKey, check }: SqlFaults): (() => Error) | undefined {
  const code: unknown = Reflect.get(Object(error) as object, 'code');
  if (code === UNIQUE) return unique;
  if (code === FOREIGN_KEY) return foreignKey;
  return code === CHECK ? check : undefined;
}
