/** Compiles everything: ES modules of every package and application (`tsc -b`), then CommonJS beside them in every package. */
import { spawnSync } from 'node:child_process';
import { buildCommonJs } from './build/common-js.mjs';
import { workspaces } from './build/workspaces.mjs';

const projects = [...workspaces('libs'), ...workspaces('apps')].map(({ folder }) => folder);
const { status } = spawnSync('tsc', ['-b', ...projects], { stdio: 'inherit', shell: process.platform === 'win32' });
if (status !== 0) process.exit(status ?? 1);
for (const { folder, manifest } of workspaces('libs')) await buildCommonJs(folder, manifest);
