/** Where the tenants' credentials at the cloud are, when they are in Vault or OpenBao: each at the path of its tenant's id. */
export interface VaultSettings {
  /** Such as `https://vault.example:8200`. Plain http on loopback only. */
  readonly address: string;
  /** Where the KV engine, version 2, is mounted. Default `secret`. */
  readonly kvMount: string;
  readonly namespace: string | undefined;
  /** Where AppRole is mounted. Default `approle`. */
  readonly rolePath: string;
  readonly roleId: string;
  /** Never print it. */
  readonly roleSecret: string;
}

/** Everything that may be set about this application, checked and with defaults filled in. Frozen; made once per application. */
export interface Settings {
  /** Address that the HTTP server listens on. Default 127.0.0.1: this machine only. */
  readonly host: string;
  /** Address that `GET /metrics` listens on, apart from what tenants reach. Default 127.0.0.1: this machine only. */
  readonly metricsHost: string;
  /** TCP port of `GET /metrics`, 1 to 65535; `undefined` = no metrics. */
  readonly metricsPort: number | undefined;
  /** TCP port of the HTTP server, 1 to 65535. Default 3000. */
  readonly port: number;
  /** TCP port of the demo cloud that `npm start` runs beside this application. Default `port` + 1. */
  readonly cloudApiPort: number;
  /** Base URL of the cloud that the tenants' clients talk to. Default: the demo cloud on this machine. */
  readonly cloudApiUrl: string;
  /** Where the tenants' clients get their tokens. Default: `oauth/token` under `cloudApiUrl`. */
  readonly cloudTokenUrl: string | undefined;
  /** Whether these URLs may be plain http on another host, as inside a container network. Default `false`. */
  readonly cloudAllowInsecureHttp: boolean;
  /** Vault or OpenBao with the tenants' credentials; absent = they are in the database, encrypted. */
  readonly vault: VaultSettings | undefined;
  /** Keys that encrypt credentials in the database, each 32 bytes in base64: the first encrypts, all decrypt. Never print them. Empty = a file in `dataDir`. */
  readonly credentialsKeys: readonly string[];
  /** Folder of the embedded database; made when missing. Default `./data`. Not used with `databaseUrl`. */
  readonly dataDir: string;
  /** PostgreSQL to use instead of the embedded database. Carries a password: never print it. */
  readonly databaseUrl: string | undefined;
  /** Connections to PostgreSQL at most. Default 10. */
  readonly databasePoolSize: number;
  /** Which HTTP framework Nest runs on. Default `fastify`. */
  readonly httpAdapter: 'express' | 'fastify';
  /** Peers whose `X-Forwarded-For` is believed, for the addresses that log-in attempts are counted by. Default: none. */
  readonly trustedProxies: readonly string[];
  /** Load balancers that say in `X-Balancer-Tenant` whose request they have read; a request that they misread is refused. Default: none. */
  readonly balancers: readonly string[];
  /** How long a tenant's cloud client may be unused before it is closed. Default 30 minutes. */
  readonly tenantIdleTimeMs: number;
  /** What happens when no person has used a tenant for that time: `require-login` ends its sessions. Default `reload`. */
  readonly tenantIdleLogin: 'reload' | 'require-login';
  /** When to look for unused clients, as a cron expression. Default: every minute. */
  readonly tenantCleanupCron: string;
  /** Tenants whose clients are made at the start and kept: `*`, `*,!foo.com`, `foo.com,bar.com`; `undefined` = none. */
  readonly tenantEager: string | undefined;
  /** Key of the access tokens, 32 characters at least. Never print it. */
  readonly jwtSecret: string;
  /** Log-in attempts per tenant and user in a window. Default 10; a success starts over. */
  readonly loginAttemptsPerUser: number;
  /** Log-in attempts per peer address in a window. Default 100. */
  readonly loginAttemptsPerAddress: number;
  /** Length of that window. Default 900 s. */
  readonly loginWindowSeconds: number;
  /** Whether to fill an empty database with the demo's tenants and users. Default `false`. */
  readonly seedDemo: boolean;
  /** What the demo's cloud secrets are made of, when another process must know them; absent = random. */
  readonly seedCloudSecret: string | undefined;
  /** Password of the super tenant's `admin`, who is made at the start when missing; absent = no such user is made. */
  readonly superAdminPassword: string | undefined;
}
