import { currentTenantId } from '@tenantry/core';

/** The part of a log record that is used. */
export interface LogRecordShape {
  setAttribute(name: string, value: string): unknown;
}

/** For `logRecordProcessors` of an OpenTelemetry SDK: as `TenantSpanProcessor`, for log records. */
export class TenantLogRecordProcessor {
  readonly #attribute: string;

  /** @param attribute name of the attribute. Default `tenant.id` */
  constructor(attribute = 'tenant.id') {
    this.#attribute = attribute;
  }

  onEmit(record: LogRecordShape): void {
    const tenantId = currentTenantId();
    if (tenantId !== undefined) record.setAttribute(this.#attribute, tenantId);
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
