import { spawn } from 'node:child_process';
import process from 'node:process';

/**
 * Plays random histories of a registry for as long as wanted: TENANTRY_HISTORIES of them (default 1,000,000), from
 * TENANTRY_SEED where that is given. A failure tells the seed and the shortest history that shows it.
 */
const { TENANTRY_HISTORIES = '1000000' } = process.env;
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const jest = spawn(process.execPath, [...flags, 'node_modules/jest/bin/jest.js', 'test/registry/model.spec.ts'], {
  env: { ...process.env, TENANTRY_HISTORIES },
  stdio: 'inherit',
});
jest.on('exit', (code) => (process.exitCode = code ?? 1));
