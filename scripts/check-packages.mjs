/** Checks the shape of every package that is published, as it was built: both formats, for every resolver. */
import { spawnSync } from 'node:child_process';
import { workspaces } from './build/workspaces.mjs';

let failed = false;
run('node', ['scripts/manifests.mjs', '--check']);
for (const { folder } of workspaces('libs')) {
  run('publint', ['--strict', folder]);
  run('attw', ['--quiet', '--pack', folder]);
}
process.exitCode = failed ? 1 : 0;

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  failed ||= status !== 0;
}
