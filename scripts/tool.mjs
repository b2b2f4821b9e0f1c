/** Runs one of `scripts/tools`, which has packages of its own: `node scripts/tool.mjs knip --no-config-hints`. */
import { spawnSync } from 'node:child_process';
import { installTool } from './tools/install.mjs';

const [name, ...args] = process.argv.slice(2);
const { status } = spawnSync(process.execPath, [installTool(name), ...args], { stdio: 'inherit' });
process.exitCode = status ?? 1;
