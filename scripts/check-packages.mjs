/** Judges the shape of every package that is published, as it was built. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

let failed = false;
for (const lib of readdirSync('libs')) {
  run('publint', ['--strict', `libs/${lib}`]);
  run('attw', ['--quiet', '--profile', 'esm-only', '--pack', `libs/${lib}`]);
}
process.exitCode = failed ? 1 : 0;

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  failed ||= status !== 0;
}
