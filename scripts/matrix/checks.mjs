/** What is checked of an application. Each check throws what is wrong. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environment, mustRun } from './run.mjs';

const LOCALHOST = '127.0.0.1';
/** CommonJS in a bundle of ES modules asks for it. */
const REQUIRE = "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

/** Host, path, and the answer that is right. */
const QUESTIONS = [
  { what: 'tenant by host', host: 'foo.com', path: '/tenancy-example', status: 200, tenant: 'foo' },
  { what: 'tenant by path', host: 'localhost', path: '/t/bar.com/tenancy-example', status: 200, tenant: 'bar' },
  { what: 'no tenant', host: 'localhost', path: '/tenancy-example', status: [400, 404] },
  { what: 'unknown tenant', host: 'unknown.com', path: '/tenancy-example', status: 404 },
  { what: 'conflict', host: 'foo.com', path: '/t/bar.com/tenancy-example', status: 403 },
];

export const CHECKS = {
  /** The generated test, that of isolation, and those of `tests.mjs`. */
  test: runTests,
  jest: runTests,
  ask: askBuilt,
  askBundle,
  types: checkTypes,
};

function runTests(cwd, node) {
  return mustRun('npm', ['test'], { cwd, node });
}

async function askBuilt(cwd, node) {
  await mustRun('npx', ['nest', 'build'], { cwd, node });
  const main = ['dist/main.js', 'dist/src/main.js'].find((file) => existsSync(join(cwd, file)));
  if (main === undefined) throw new Error('nest build wrote no main.js.');
  await askStarted(join(cwd, main), node);
}

/** Optional packages of Nest stay outside, as in every bundle of a Nest application. */
async function askBundle(cwd, node) {
  await mustRun('npx', ['nest', 'build'], { cwd, node });
  const bundle = join(mkdtempSync(join(tmpdir(), 'tenantry-bundle-')), 'main.mjs');
  const optional = [
    '@nestjs/microservices',
    '@nestjs/websockets',
    '@nestjs/schedule',
    'class-validator',
    'class-transformer',
  ];
  const options = [
    '--bundle',
    '--platform=node',
    '--format=esm',
    '--keep-names',
    `--outfile=${bundle}`,
    `--banner:js=${REQUIRE}`,
  ];
  const external = optional.map((name) => `--external:${name}`);
  await mustRun('npx', ['esbuild', 'dist/main.js', ...options, ...external], { cwd, node });
  await askStarted(bundle, node);
  rmSync(dirname(bundle), { recursive: true });
}

async function askStarted(main, node) {
  const port = await freePort();
  const env = environment(node, { PORT: String(port) });
  const child = spawn(node, [main], { cwd: dirname(main), env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log += text));
  try {
    // Nest says that it has started before it listens.
    await until(async () => child.exitCode !== null || (await isOpen(port)));
    if (child.exitCode !== null) throw new Error(`The application does not start:\n${log.slice(-3000)}`);
    for (const question of QUESTIONS) check(question, await ask(port, question), log);
    if (log.includes("doesn't match Reply body"))
      throw new Error(`A refusal was logged as a warning:\n${log.slice(-1000)}`);
  } finally {
    if (child.exitCode === null) child.kill();
    if (child.exitCode === null) await once(child, 'exit');
  }
}

function check({ what, status, tenant }, answer, log) {
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

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = connect(port, LOCALHOST, () => socket.end(() => resolve(true)));
    socket.on('error', () => resolve(false));
  });
}

async function until(condition) {
  for (const end = Date.now() + 60_000; !(await condition()); await new Promise((resolve) => setTimeout(resolve, 100)))
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
