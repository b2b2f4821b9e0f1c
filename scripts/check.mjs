/** Runs every check, two at a time, and shows the output of those that fail. `npm run check -- lint types` runs some. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { installTools } from './tools/install.mjs';

/** Longest first. A step of several scripts runs them in order: the shape of a package is checked on what was built. */
const steps = [['lint'], ['types', 'packages'], ['imports'], ['unused'], ['format'], ['spelling'], ['words']];

// Here, not in two steps at once.
installTools();
const wanted = process.argv.slice(2);
const queue = steps.map((step) => step.filter((name) => wanted.length === 0 || wanted.includes(name)));
const failed = [];

async function worker() {
  for (let step = queue.shift(); step; step = queue.shift()) {
    for (const name of step) if (!(await check(name))) break;
  }
}

async function check(name) {
  const startedAt = performance.now();
  const { code, output } = await run(`check:${name}`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (code === 0) return true;
  console.log(output);
  failed.push(name);
  return false;
}

function run(script) {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['run', '--silent', script], { env: { ...process.env, NO_COLOR: '1' } });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject).on('close', (code) => resolve({ code, output }));
  });
}

await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}. One alone: npm run check:${failed[0]}`);
process.exitCode = failed.length > 0 ? 1 : 0;
