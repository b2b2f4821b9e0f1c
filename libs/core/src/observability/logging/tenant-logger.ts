import { ConsoleLogger } from '@nestjs/common';
import type { LoggerService, LogLevel } from '@nestjs/common';
import { currentTenantId } from './current-tenant-id.js';

/** Options of {@link TenantLogger}. */
export interface TenantLoggerOptions {
  /**
   * `text`: texts begin with `[foo]`, and anything else follows a text `[foo]`. `json`: `{ tenantId: 'foo' }` follows the
   * message. Default: as the wrapped `ConsoleLogger` prints, else `text`.
   */
  readonly format?: 'text' | 'json';
}

/**
 * A logger for `app.useLogger` that adds the current tenant's id to what it passes on; without a tenant it passes all on
 * as it is. Needs no injection, so that `NestFactory.create(AppModule, { logger: new TenantLogger() })` has it from the start.
 *
 * A `ConsoleLogger` with `json: true` prints the id among `params`; with `flattenParams: true` beside `message`.
 */
export class TenantLogger implements LoggerService {
  readonly #inner: LoggerService;
  readonly #json: boolean;

  /** @param inner what prints; default a `ConsoleLogger`. It is the caller's, and not changed */
  constructor(inner: LoggerService = new ConsoleLogger(), { format }: TenantLoggerOptions = {}) {
    this.#inner = inner;
    this.#json = format === undefined ? printsJson(inner) : format === 'json';
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.#inner.log(...this.#named(message, rest));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#inner.error(...this.#named(message, rest));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#inner.warn(...this.#named(message, rest));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#inner.debug?.(...this.#named(message, rest));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#inner.verbose?.(...this.#named(message, rest));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#inner.fatal?.(...this.#named(message, rest));
  }

  setLogLevels(levels: LogLevel[]): void {
    this.#inner.setLogLevels?.(levels);
  }

  #named(message: unknown, rest: unknown[]): [unknown, ...unknown[]] {
    const tenantId = currentTenantId();
    if (tenantId === undefined) return [message, ...rest];
    if (this.#json) return [message, { tenantId }, ...rest];
    return typeof message === 'string' ? [`[${tenantId}] ${message}`, ...rest] : [`[${tenantId}]`, message, ...rest];
  }
}

function printsJson(logger: LoggerService): boolean {
  const options: unknown = logger instanceof ConsoleLogger ? Reflect.get(logger, 'options') : undefined;
  return (options as { readonly json?: boolean } | undefined)?.json === true;
}
