/** Password of every user of the demo. It exists only where `SEED_DEMO` is set. */
export const DEMO_PASSWORD = 'tenantry-demo';

/** One tenant of the demo, with its first user and what it owns at the start. */
export interface DemoTenant {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly aliases: readonly string[];
  readonly admin: string;
  /** Further users, each with a role of its own. */
  readonly members: readonly {
    readonly name: string;
    readonly role: string;
    readonly permissions: readonly string[];
  }[];
  readonly projects: readonly string[];
  readonly servers: readonly string[];
  /** What its `MyService` says; absent = it has none. */
  readonly greeting?: string;
}

/** The tenants of the demo. */
export const DEMO_TENANTS: readonly DemoTenant[] = [
  {
    id: 'foo',
    name: 'Foo Ltd',
    domain: 'foo.com',
    aliases: [],
    admin: 'alice',
    members: [{ name: 'dave', role: 'reader', permissions: ['projects:read'] }],
    projects: ['Website', 'Mobile app'],
    servers: ['foo-web-1', 'foo-web-2'],
    greeting: 'Hello from Foo',
  },
  {
    id: 'bar',
    name: 'Bar Inc',
    domain: 'bar.com',
    aliases: ['www.bar.com'],
    admin: 'bob',
    members: [],
    projects: ['Warehouse'],
    servers: ['bar-db-1'],
    greeting: 'Bar says good day',
  },
  {
    id: 'ARU-297647',
    name: 'Aruba account 297647',
    domain: 'aruba.example',
    aliases: [],
    admin: 'carol',
    members: [],
    projects: ['Orchestrator'],
    servers: ['aru-node-1'],
  },
];
