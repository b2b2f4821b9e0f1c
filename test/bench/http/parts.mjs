/*
 * What each step of ours costs a request, alone in a hot loop: `node test/bench/http/parts.mjs`, with any Node.
 *
 * Nanoseconds, median of the rounds. Within a request the same steps find colder caches: take two to three times as much.
 * Needs `npm run build`.
 */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import process from 'node:process';
import { CachedTenantCatalog, fromHost, InMemoryTenantCatalog, TenantClientRegistry } from '@tenantry/core';
import { ClsServiceManager } from 'nestjs-cls';
import { BASE_DOMAIN, tenantIds } from './tenants.mjs';

const TENANTS = 10;
const ROUNDS = 9;
const CALLS = 200_000;
const HOUR_MS = 3_600_000;

const { TenantResolution } = await internal('resolution/tenant-resolution.js');
const { TenantDirectory } = await internal('tenant/tenant-directory.js');
const { canonicalIdentifier } = await internal('tenant/tenant-identifier.js');
const { HttpExchange } = await internal('transports/http-exchange.js');
const { HttpTenantRequest } = await internal('transports/http-tenant-request.js');
const { HttpResponseEnds } = await internal('context/http-response-end.js');
const { keepResponseInContext } = await internal('context/response-context.js');
const { TenantScope } = await internal('context/tenant-scope.js');
const { currentScope, runInScope } = await internal('context/scope-store.js');
const { TenantGuard } = await internal('guards/tenant.guard.js');
const { RegistryScopeClients } = await internal('clients/registry-scope-clients.js');

const cls = ClsServiceManager.getClsService();
const ids = tenantIds(TENANTS);
const records = ids.map((id) => ({ id, domain: `${id}.tenants.example` }));
const directory = new TenantDirectory(
  new CachedTenantCatalog(new InMemoryTenantCatalog(records), { ttlMs: HOUR_MS, maxEntries: 2 * TENANTS }),
);
const host = fromHost({ baseDomain: BASE_DOMAIN });
const resolution = new TenantResolution([host], directory);
const exchangeParts = { resolution, ends: new HttpResponseEnds(), isPrepared: false };
const registry = new TenantClientRegistry({ name: 'db', create: ({ id }) => ({ tenant: () => id }) });
const clients = new RegistryScopeClients({ get: () => registry }, { of: () => ['db'] });
const guard = new TenantGuard(cls);
const raws = ids.map(requestOf);
const requests = raws.map((raw) => new HttpTenantRequest(raw));
const handler = { getClass: () => TenantGuard, getHandler: () => requestOf };
for (const id of ids) await Promise.all([directory.find(id), registry.createFrom(id, {})]);
const outcomes = requests.map((request) => resolution.ofHead(request));
const noop = () => undefined;
const STORE = {};
const openScope = (at) => new TenantScope(outcomes[at], clients);
const response = (at) => new ServerResponse(raws[at]);

const PARTS = [
  ['read the request: host, target, whether it is ambiguous', (at) => new HttpTenantRequest(raws[at])],
  ['resolver: tenant of the host', (at) => host.resolve(requests[at])],
  ['canonical identifier', (at) => canonicalIdentifier(ids[at])],
  ['catalog cache', (at) => directory.find(ids[at])],
  ['all of the resolution, with verdict and trace', (at) => resolution.ofHead(requests[at])],
  [
    'exchange, resolution and scope',
    (at) => new TenantScope(new HttpExchange(exchangeParts, raws[at], {}, raws[at]).resolveHead(), clients),
  ],
  ['run something in a scope', (at) => runInScope(cls, openScope(at), noop), openScope],
  ['keep a response in its context', (at) => keepResponseInContext(response(at), STORE), response],
  ['guard', () => guard.canActivate(handler), noop, true],
  ['read the tenant', () => currentScope(cls).tenant, noop, true],
  ['lease a client and release it', leaseAndEnd, openScope],
];

for (const [name, run, without = noop, inScope = false] of PARTS) {
  const measureBoth = () => Math.max(0, nanoseconds(run) - nanoseconds(without));
  const values = Array.from({ length: ROUNDS }, () =>
    inScope ? runInScope(cls, openScope(0), measureBoth) : measureBoth(),
  );
  const median = values.sort((a, b) => a - b)[ROUNDS >> 1];
  process.stdout.write(`${median.toFixed(0).padStart(6)} ns  ${name}\n`);
}
await registry.close();

function leaseAndEnd(at) {
  const scope = openScope(at);
  clients.leaseFor(scope, TenantGuard, requestOf);
  scope.end();
}

function nanoseconds(run) {
  const begun = process.hrtime.bigint();
  for (let call = 0; call < CALLS; call += 1) run(call % TENANTS);
  return Number(process.hrtime.bigint() - begun) / CALLS;
}

function requestOf(id) {
  const raw = new IncomingMessage(new Socket());
  raw.method = 'GET';
  raw.url = '/who';
  raw.httpVersionMajor = 1;
  raw.rawHeaders = ['host', `${id}.${BASE_DOMAIN}`, 'connection', 'keep-alive'];
  return raw;
}

function internal(path) {
  return import(new URL(`../../../libs/core/dist/${path}`, import.meta.url).href);
}
