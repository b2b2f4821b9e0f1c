import type { LoggerService } from '@nestjs/common';

/** A logger that keeps what the library warns of and what it reports as errors. */
export class LoggedLines implements LoggerService {
  readonly warnings: string[] = [];
  readonly errors: string[] = [];
  readonly log = (): void => undefined;
  readonly debug = (): void => undefined;

  warn(message: unknown, context?: unknown): void {
    if (context === 'Multitenancy') this.warnings.push(String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) === 'Multitenancy') this.errors.push([message, ...rest].map(String).join(' '));
  }
}
