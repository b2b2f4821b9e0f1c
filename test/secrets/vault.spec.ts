import { writeSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { FakeVault } from './support/fake-vault.js';
import { RealVault } from './support/real-vault.js';
import { describeVault } from './vault.contract.js';
import type { ContractVault } from './vault.contract.js';

Logger.overrideLogger(false);

describeVault('a fake of OpenBao', async () => {
  const fake = await FakeVault.start();
  const vault: ContractVault = {
    secretId: fake.secretId,
    options: fake.options,
    write: (path, data) => fake.write(path, data),
    deleteLatest: (path) => fake.deleteLatest(path),
    revokeTokens: () => fake.tokens.revokeAll(),
    newSecretId: () => {
      fake.secretIds.add('a-second-secret-id');
      return 'a-second-secret-id';
    },
    close: () => fake.close(),
  };
  return vault;
});

const { BAO_ADDR: address, BAO_TOKEN: token = 'tenantry-root' } = process.env;

if (address) {
  describeVault(`the server at ${address}`, () => RealVault.start({ address, token }));
} else {
  // Past Jest's console, which would add a stack and swallow it when silent.
  writeSync(
    2,
    'Left out, no BAO_ADDR: vaultSecrets on a real OpenBao or Vault (the fake ran). To run it too: npm run secrets:up && BAO_ADDR=http://127.0.0.1:8200 npm test -- test/secrets/vault.spec.ts\n',
  );
}
