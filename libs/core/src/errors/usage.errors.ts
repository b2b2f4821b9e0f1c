import { MultitenancyError } from './multitenancy.error.js';
import { quote } from './quote.js';

/** Code that needs a tenant ran outside of any tenant's scope. */
export class TenantContextMissingError extends MultitenancyError {
  constructor(detail = 'this code runs outside of any tenant scope') {
    super(
      'MT_CONTEXT_MISSING',
      `No tenant here: ${detail}. In a request, check that MultitenancyModule is imported and that no callback lost the async context (AsyncResource.bind keeps it); in a job or script, wrap the work in tenantContext.run(tenantId, fn).`,
    );
  }
}

/** A module or registry option is not acceptable; the application does not start. */
export class OptionsInvalidError extends MultitenancyError {
  /** Which option. */
  readonly option: string;

  constructor(option: string, value: unknown, allowed: string) {
    super('MT_OPTIONS_INVALID', `Option ${option} is ${quote(value)}. Allowed: ${allowed}.`);
    this.option = option;
  }
}

/** An argument of a call is not acceptable; nothing was changed. */
export class ArgumentInvalidError extends MultitenancyError {
  /** Which argument. */
  readonly argument: string;

  constructor(argument: string, value: unknown, allowed: string) {
    super('MT_ARGUMENT_INVALID', `Argument ${argument} is ${quote(value)}. Allowed: ${allowed}.`);
    this.argument = argument;
  }
}

/** A resolver of the application threw something that is no error of this library (500). Its `cause` is what it threw. */
export class TenantResolverFailedError extends MultitenancyError {
  /** @param hint what to do about it, a sentence */
  constructor(resolver: string, cause: unknown, hint = 'See `cause` in the log.') {
    super('MT_RESOLVER_FAILED', `The tenant resolver ${quote(resolver)} failed. ${hint}`, { cause });
  }
}
