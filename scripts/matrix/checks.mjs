/** What is checked of an application. Each check throws what is wrong. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { environment, mustRun } from './run.mjs';

const LOCALHOST = '127.0.0.1';

/** Host, path, and the answer that is right. */
const QUESTIONS = [
  { what: 'tenant by host', host: 'foo.com', path: '/tenancy-example', status: 200, tenant: 'foo' },
  { what: 'tenant by path', host: 'localhost', path: '/t/bar.com/tenancy-example', status: 200, tenant: 'bar' },
  { what: 'no tenant', host: 'localhost', path: '/tenancy-example', status: [400, 404] },
  { what: 'unknown tenant', host: 'unknown.com', path: '/tenancy-example', status: 404 },
  { what: 'conflict', host: 'foo.com', path: '/t/bar.com/tenancy-example', status: 403 },
];

export const CHECKS = {
  /** The generated test runner, unchanged: the generated test, that of isolation, and that of every package. */
  test: (cwd, node) => mustRun('npm', ['test'], { cwd, node }),
  ask: askBuilt,
  types: checkTypes,
};

async function askBuilt(cwd, node) {
  await mustRun('npx', ['nest', 'build'], { cwd, node });
  const port = await freePort();
  const main = ['dist/main.js', 'dist/src/main.js'].find((file) => existsSync(join(cwd, file)));
  const child = spawn(node, [main], {
    cwd,
    env: environment(node, { PORT: String(port) }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log += text));
  try {
    await until(() => log.includes('successfully started') || child.exitCode !== null);
    if (child.exitCode !== null) throw new Error(`The application does not start:\n${log.slice(-3000)}`);
    for (const question of QUESTIONS) judge(question, await ask(port, question), log);
    if (log.includes("doesn't match Reply body"))
      throw new Error(`A refusal was logged as a warning:\n${log.slice(-1000)}`);
  } finally {
    if (child.exitCode === null) child.kill();
    if (child.exitCode === null) await once(child, 'exit');
  }
}

function judge({ what, status, tenant }, answer, log) {
  const allowed = [status].flat();
  const fails = (why) => new Error(`${what}: ${why}; answered ${answer.status} ${answer.text}\n${log.slice(-1500)}`);
  if (!allowed.includes(answer.status)) throw fails(`not ${allowed.join(' or ')}`);
  if (tenant !== undefined && JSON.parse(answer.text).tenant !== tenant) throw fails(`not ${tenant}`);
  if (tenant === undefined && !answer.type.startsWith('application/problem+json'))
    throw fails(`type is ${answer.type}`);
}

function ask(port, { host, path }) {
  return new Promise((resolve, reject) => {
    const sent = request({ host: LOCALHOST, port, path, headers: { host }, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, type: answer.headers['content-type'] ?? '', text }));
    });
    sent.on('error', reject).end();
  });
}

async function freePort() {
  const server = createServer().listen(0, LOCALHOST);
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function until(condition) {
  for (const end = Date.now() + 60_000; !condition(); await new Promise((resolve) => setTimeout(resolve, 100)))
    if (Date.now() > end) throw new Error('The application did not start within a minute.');
}

/** The generated sources, and an import of every entry point, with a certain compiler and resolution. */
async function checkTypes(cwd, node, { version, options }) {
  const config = join(cwd, `tsconfig.${version}.${options.moduleResolution}.json`);
  // The generated configuration has it; with node10 the compiler refuses it.
  const exportsOption = options.moduleResolution === 'node10' ? { resolvePackageJsonExports: null } : {};
  const compilerOptions = { ...options, ...exportsOption, noEmit: true, incremental: false };
  writeFileSync(config, JSON.stringify({ extends: './tsconfig.json', compilerOptions, include: ['src'] }));
  await mustRun(node, [`node_modules/typescript-${version}/bin/tsc`, '-p', config], { cwd });
}
