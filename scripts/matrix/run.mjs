/** Runs a command to its end, without a shell. Its output is given back, not shown. */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';

/** @returns exit code (`null`: ended by a signal) and what it printed to both streams */
function run(command, args, { cwd, node, env = {}, timeoutMs = 600_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: environment(node, env),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject).on('close', (code) => resolve({ code, output }));
  });
}

/** As {@link run}. @throws Error with the end of the output where the command fails */
export async function mustRun(command, args, options) {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.slice(-4000)}`);
  return output;
}

/** The environment of a process that finds a certain Node first, and nothing of the npm script that runs us. */
export function environment(node, more = {}) {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|CI$)/.test(name));
  const path = node === undefined ? process.env.PATH : `${dirname(node)}:${process.env.PATH}`;
  return { ...Object.fromEntries(own), PATH: path, NO_COLOR: '1', ...more };
}

/** The executable of a major version of Node: our own, or one that npm installs. */
export async function nodeOf(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const output = await mustRun('npx', ['--yes', '-p', `node@${major}`, '--', 'node', '-p', 'process.execPath']);
  return output.trim().split('\n').at(-1);
}
