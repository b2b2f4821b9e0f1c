/** What calls a method of a class by its name, before or around a handler. */
const ENHANCERS = {
  canActivate: 'guard',
  intercept: 'interceptor',
  transform: 'pipe',
  catch: 'exception filter',
  use: 'middleware',
  validate: 'Passport strategy or validator',
} as const;

type EnhancerMethod = keyof typeof ENHANCERS;

/** A class of the application whose method is running. */
export interface CallingEnhancer {
  /** Such as `guard`. */
  readonly role: (typeof ENHANCERS)[EnhancerMethod];
  readonly className: string;
}

/** More than the default of ten: services, streams and wrappers lie between the caller and its guard. */
const FRAMES = 60;
const FRAME = new RegExp(
  `^\\s*at (?:async )?([\\w$]+)\\.(${Object.keys(ENHANCERS).join('|')})(?: \\[as [^\\]]+\\])? \\((?!<anonymous>|node:)`,
);

/**
 * The nearest guard, interceptor, pipe, filter, middleware, strategy or validator of the application that called the running
 * code, as the call stack shows it; `undefined` = none. Slow; for error messages alone: a callback may hide its caller.
 */
export function callingEnhancer(): CallingEnhancer | undefined {
  for (const line of stackLines()) {
    const [, className, method] = FRAME.exec(line) ?? [];
    // A literal object has no class that could be decorated, and a package's class cannot be.
    if (className === undefined || className === 'Object' || line.includes('/node_modules/')) continue;
    return { role: ENHANCERS[method as EnhancerMethod], className };
  }
  return undefined;
}

function stackLines(): readonly string[] {
  const { stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = FRAMES;
    return (new Error().stack ?? '').replaceAll('\\', '/').split('\n');
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
