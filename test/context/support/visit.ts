import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';

/** What the URL of a request says, however the context may have fared. */
export interface Visit {
  /** The tenant in the path; `null` where there is none. */
  readonly tenantId: string | null;
  /** Number of the request. */
  readonly serial: number;
  /** Another tenant, for nested work. */
  readonly otherId: string;
}

/** Reads `/t/<tenant>.example/…?n=<serial>&other=<tenant>`. */
export function visitOf({ url = '', originalUrl }: { url?: string; originalUrl?: string }): Visit {
  const { pathname, searchParams } = new URL(originalUrl ?? url, 'http://localhost');
  const tenantId = /^\/t\/(t-\d+)\.example\//.exec(pathname)?.[1] ?? null;
  return { tenantId, serial: Number(searchParams.get('n')), otherId: searchParams.get('other') ?? '' };
}

/** The {@link Visit} as a handler's parameter. */
export const CurrentVisit = createParamDecorator((_data: undefined, context: ExecutionContext): Visit =>
  visitOf(context.switchToHttp().getRequest<object>()),
);
