/** Reads secrets with everything that Node can print. Gets the options as JSON in its first argument. */
import { TenantClientRegistry } from '@tenantry/core';
import { ClientRotation, Secret, vaultSecrets } from '@tenantry/secrets';

const { secretId, address, kvMount, rolePath, roleId } = JSON.parse(process.argv[2]);
const secrets = vaultSecrets({
  address,
  kvMount,
  rolePath,
  roleId,
  secretId: new Secret(secretId),
  path: (tenantId) => (tenantId === 'denied' ? 'elsewhere' : `tenants/${tenantId}`),
});
const registry = new TenantClientRegistry({
  name: 'cloud',
  create: async (tenantId, { signal }) => ({ secret: (await secrets.read(tenantId, { signal })).value }),
});
const rotation = new ClientRotation({ registry, secrets });
rotation.start();
for (const id of ['foo', 'nothing', 'denied']) {
  await registry.use(id, (client) => console.log(id, client)).catch((error) => console.log(id, error));
}
await rotation.compare();
await rotation.credentialsRejected('foo');
console.log(secrets, rotation, registry);
await rotation.stop();
await secrets.close();
console.log('done');
