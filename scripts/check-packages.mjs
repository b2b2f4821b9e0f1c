/** Checks the shape of every package that is published, as it was built: both formats, for every resolver. */
import { spawnSync } from 'node:child_process';
import { installTool } from './tools/install.mjs';
import { workspaces } from './build/workspaces.mjs';

let failed = false;
run('scripts/manifests.mjs', ['--check']);
for (const { folder } of workspaces('libs')) {
  run(installTool('publint'), ['--strict', folder]);
  run(installTool('attw'), ['--quiet', '--pack', folder]);
}
process.exitCode = failed ? 1 : 0;

function run(script, args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { stdio: 'inherit' });
  failed ||= status !== 0;
}
