import { currentTenantId } from '@tenantry/core';

/** The part of a span that is used. */
export interface SpanShape {
  setAttribute(name: string, value: string): unknown;
}

/**
 * For `spanProcessors` of an OpenTelemetry SDK: every span that starts in a tenant's scope carries the tenant's id, in requests,
 * messages and jobs alike. Put it before the processor that exports. It exports nothing, never throws and needs no injection.
 */
export class TenantSpanProcessor {
  readonly #attribute: string;

  /** @param attribute name of the attribute. Default `tenant.id` */
  constructor(attribute = 'tenant.id') {
    this.#attribute = attribute;
  }

  onStart(span: SpanShape): void {
    const tenantId = currentTenantId();
    if (tenantId !== undefined) span.setAttribute(this.#attribute, tenantId);
  }

  onEnd(): void {}

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
