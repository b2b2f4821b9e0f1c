import type { NodeProcess } from '../../nodes/support/nodes.js';
import type { WhoAmI } from '../../nodes/support/node-app.js';

/** Users who ask nodes for tenants, without pause, and check the answers. */
export class Load {
  /** How many answers had which status; `error` = none came. */
  readonly statuses = new Map<number | 'error', number>();
  /** Answers that were another tenant's, by its record or by its client. */
  wrongTenant = 0;
  readonly #goodAt: number[];
  readonly #nodes: readonly NodeProcess[];
  readonly #users: Promise<void>[];
  #over = false;

  constructor(nodes: readonly NodeProcess[], tenants: readonly string[], users: number) {
    this.#nodes = nodes;
    this.#goodAt = nodes.map(() => 0);
    this.#users = Array.from({ length: users }, (_, user) => this.#use(user % nodes.length, tenants, user));
  }

  /** Milliseconds, by `performance.now()`, of each node's last good answer. */
  get lastGoodAt(): readonly number[] {
    return this.#goodAt;
  }

  /** Ends it and waits for the last answers. */
  async stop(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#users);
  }

  async #use(at: number, tenants: readonly string[], first: number): Promise<void> {
    for (let n = first; !this.#over; n += 1) {
      const id = tenants[n % tenants.length] as string;
      const status = await this.#ask(at, id).catch(() => 'error' as const);
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      if (status === 200) this.#goodAt[at] = performance.now();
      if (status === 'error') await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #ask(at: number, id: string): Promise<number> {
    const node = this.#nodes[at] as NodeProcess;
    const { status, json } = await node.get('/whoami', `${id}.example.com`);
    const { tenantId, client } = json as WhoAmI;
    if (status === 200 && (tenantId !== id || client !== `tenant ${id}`)) this.wrongTenant += 1;
    return status;
  }
}
