/**
 * Starts one package beside peers that are missing or have another version: `start-with-peers.mjs FOLDER ENTRY`. FOLDER has
 * a copy of the packages and their peers. Prints the error as JSON.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, entry] = process.argv.slice(2);
const { resolve } = createRequire(join(folder, 'main.js'));
const load = (name) => import(pathToFileURL(resolve(name).replace('/dist/cjs/', '/dist/')).href);

const STARTS = {
  '@tenantry/transports/microservices': ({ useTenantMessages }) => useTenantMessages({}),
  '@tenantry/transports/websockets': ({ useTenantSockets }) => useTenantSockets({}),
  '@tenantry/transports/bullmq': ({ TenantWorkerHost }) => new (class extends TenantWorkerHost {})(),
  '@tenantry/postgres': ({ TenantMigrations }) => new TenantMigrations({ migrations: [], targets: [] }),
  '@tenantry/observability': ({ ObservabilityModule }) => ObservabilityModule.forRoot(),
  '@tenantry/lifecycle': ({ TenantLifecycleModule }) => TenantLifecycleModule.forRootAsync({ useFactory: () => ({}) }),
  '@tenantry/secrets': ({ rotateClients }) => rotateClients({ kind: 'db', secrets: {} }),
};

try {
  await STARTS[entry](await load(entry));
  console.log(JSON.stringify({}));
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }));
}
