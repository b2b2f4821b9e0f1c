/** Where a tenant's data lies. No secret is in it. */
export interface TenantPlace {
  /** Name of the server; `undefined` = the strategy's own. */
  readonly host?: string | undefined;
  /** 1 to 65535; `undefined` = the strategy's own. */
  readonly port?: number | undefined;
  /** Name of the database; `undefined` = the strategy's own. */
  readonly database?: string | undefined;
  /** Grows with every change of the place; pools of an older one are drained and replaced. Default 0. */
  readonly generation?: number | undefined;
}
