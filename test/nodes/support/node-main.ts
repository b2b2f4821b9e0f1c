import type { AddressInfo } from 'node:net';
import { TenantSync } from '@tenantry/core/spi';
import { startNode } from './node-app.js';
import type { NodeSettings } from './node-app.js';

/*
 * One node as a process of its own. Settings come in NODE_SETTINGS, and the port goes to the standard output. With
 * CLOCK_SKEW_MS the wall clock of this process is that much fast. With an IPC channel, each change is reported when it holds here.
 */
const skewMs = Number(process.env['CLOCK_SKEW_MS'] ?? 0);
const realNow = Date.now;
globalThis.Date = new Proxy(Date, {
  construct: (target, args: unknown[]) =>
    Reflect.construct(target, args.length === 0 ? [realNow() + skewMs] : args) as Date,
  get: (target, name) => (name === 'now' ? () => realNow() + skewMs : (Reflect.get(target, name) as unknown)),
});

const settings = JSON.parse(process.env['NODE_SETTINGS'] ?? '{}') as NodeSettings;
const app = await startNode(settings);
reportChanges(app.get(TenantSync));
const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
process.stdout.write(`${JSON.stringify({ port, wallClock: new Date().getTime() })}\n`);

function reportChanges(node: TenantSync): void {
  if (process.send === undefined) return;
  const take = node.apply.bind(node);
  node.apply = (changes) => {
    take(changes);
    const at = String(process.hrtime.bigint());
    process.send?.(changes.map(({ tenantId, generation }) => ({ key: `${tenantId} ${generation}`, at })));
  };
}
