/** A tenant's client that says whose it is, and refuses to work once it is closed. */
export class DbClient {
  readonly #tenantId: string;
  #closed = false;

  constructor(tenantId: string) {
    this.#tenantId = tenantId;
  }

  get closed(): boolean {
    return this.#closed;
  }

  async whose(): Promise<string> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#closed) throw new Error(`The client of ${this.#tenantId} was used after it was closed.`);
    return this.#tenantId;
  }

  close(): void {
    if (this.#closed) throw new Error(`The client of ${this.#tenantId} was closed twice.`);
    this.#closed = true;
  }
}
