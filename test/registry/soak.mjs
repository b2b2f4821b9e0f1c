import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import process from 'node:process';

/**
 * Plays random histories of a registry for as long as wanted: TENANTRY_HISTORIES of them (default 1,000,000), from
 * TENANTRY_SEED where that is given. Prints the seed and the result; a failure also prints the shortest history that
 * shows it.
 */
const { TENANTRY_HISTORIES = '1000000', TENANTRY_SEED = String(randomInt(2 ** 31)) } = process.env;
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const startedAt = performance.now();
process.stdout.write(`${TENANTRY_HISTORIES} histories, seed ${TENANTRY_SEED}\n`);
const jest = spawn(process.execPath, [...flags, 'node_modules/jest/bin/jest.js', 'test/registry/model.spec.ts'], {
  env: { ...process.env, TENANTRY_HISTORIES, TENANTRY_SEED },
  stdio: 'inherit',
});
jest.on('exit', (code) => {
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  const end = code === 0 ? 'kept every promise' : 'FAILED';
  process.stdout.write(`${TENANTRY_HISTORIES} histories, seed ${TENANTRY_SEED}: ${end}, ${minutes} minutes\n`);
  process.exitCode = code ?? 1;
});
