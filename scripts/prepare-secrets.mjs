/**
 * Prepares the OpenBao or Vault of `BAO_ADDR` for the sample: a KV engine of version 2, an AppRole that may read it, and
 * credentials for the demo's tenants. Prints the settings of the sample, to be pasted or redirected into a file. Can be run again.
 */
import { randomBytes } from 'node:crypto';

const address = process.env.BAO_ADDR ?? 'http://127.0.0.1:8200';
const token = process.env.BAO_TOKEN ?? 'tenantry-root';
const [mount, role, tenants] = ['tenantry', 'approle', ['foo', 'bar', 'ARU-297647']];

async function call(method, path, body, { mayExist = false } = {}) {
  const response = await fetch(`${address}/v1/${path}`, {
    method,
    headers: { 'x-vault-token': token, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok || (mayExist && String(answer.errors).includes('already in use'))) return answer;
  throw new Error(`${method} ${path} was answered ${response.status}: ${answer.errors ?? 'no reason given'}`);
}

async function prepare() {
  await call('POST', `sys/mounts/${mount}`, { type: 'kv', options: { version: '2' } }, { mayExist: true });
  await call('POST', `sys/auth/${role}`, { type: 'approle' }, { mayExist: true });
  const policy = ['data', 'metadata'].map((kind) => `path "${mount}/${kind}/*" { capabilities = ["read"] }`).join('\n');
  await call('PUT', 'sys/policies/acl/tenantry', { policy });
  await call('POST', `auth/${role}/role/tenantry`, { token_policies: ['tenantry'], token_ttl: '1h' });
  for (const id of tenants) {
    const data = { client_id: id, client_secret: randomBytes(24).toString('base64url') };
    await call('POST', `${mount}/data/${id}`, { data });
  }
  const { data: known } = await call('GET', `auth/${role}/role/tenantry/role-id`);
  const { data: made } = await call('POST', `auth/${role}/role/tenantry/secret-id`, {});
  return { roleId: known.role_id, secretId: made.secret_id };
}

try {
  const { roleId, secretId } = await prepare();
  console.log(
    [
      `export VAULT_ADDR=${address}`,
      `export VAULT_KV_MOUNT=${mount}`,
      `export VAULT_ROLE_PATH=${role}`,
      `export VAULT_ROLE_ID=${roleId}`,
      `export VAULT_ROLE_SECRET=${secretId}`,
    ].join('\n'),
  );
} catch (error) {
  console.error(`The server at ${address} could not be prepared. ${error.cause?.code ?? error.message}`);
  process.exitCode = 1;
}
