/** Source of the example client. */
export function exampleClientSource(): string {
  return `/** A client of one tenant. Replace it with the pool, SDK or connection that each of your tenants has. */
export class ExampleClient {
  constructor(readonly tenantId: string) {}

  greet(): string {
    return \`Hello from \${this.tenantId}\`;
  }

  async close(): Promise<void> {
    // Close connections here. It is called when the client is idle, replaced, or the application shuts down.
  }
}
`;
}
