import type { Tenant, TenantCatalogReader, TenantListQuery, TenantPage } from '@tenantry/core';

/** A catalog in front of another that a test can hold back, break, and count the questions of. */
export class SlowCatalog implements TenantCatalogReader {
  readonly asked: string[] = [];
  /** Whether every question is an outage. */
  broken = false;
  readonly #inner: TenantCatalogReader;
  #gate: Promise<void> = Promise.resolve();

  constructor(inner: TenantCatalogReader) {
    this.#inner = inner;
  }

  /** Keeps answers back until the returned function is called. */
  hold(): () => void {
    let open = (): void => undefined;
    this.#gate = new Promise((resolve) => (open = resolve));
    return () => open();
  }

  async findByIdentifier(identifier: string): Promise<Tenant | null> {
    return this.#answer(identifier, async () => this.#inner.findByIdentifier(identifier));
  }

  async findById(id: string): Promise<Tenant | null> {
    return this.#answer(id, async () => this.#inner.findById(id));
  }

  async list(query: TenantListQuery): Promise<TenantPage> {
    return this.#inner.list(query);
  }

  async #answer(question: string, ask: () => Promise<Tenant | null>): Promise<Tenant | null> {
    this.asked.push(question);
    const { broken } = this;
    await this.#gate;
    if (broken) throw new Error('The catalog is out.');
    return ask();
  }
}
