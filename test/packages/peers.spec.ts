import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Copies of what was built beside links to its peers, of which one can be left out or given another version. */
async function install(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tenantry-peers-'));
  for (const lib of await readdir('libs')) {
    const copy = join(folder, 'node_modules/@tenantry', lib);
    await cp(join('libs', lib, 'dist'), join(copy, 'dist'), { recursive: true });
    await cp(join('libs', lib, 'package.json'), join(copy, 'package.json'));
  }
  for (const name of await readdir('node_modules')) {
    if (name.startsWith('.') || name === '@tenantry') continue;
    const names = name.startsWith('@')
      ? (await readdir(join('node_modules', name))).map((each) => `${name}/${each}`)
      : [name];
    for (const each of names) await link(folder, each);
  }
  return folder;
}

async function link(folder: string, name: string): Promise<void> {
  const target = join(folder, 'node_modules', name);
  await mkdir(dirname(target), { recursive: true });
  await symlink(resolve('node_modules', name), target);
}

/** The package with all its files, of another version. */
async function setVersion(folder: string, name: string, version: string): Promise<void> {
  const [from, to] = [resolve('node_modules', name), join(folder, 'node_modules', name)];
  await rm(to);
  await mkdir(to);
  for (const file of await readdir(from)) if (file !== 'package.json') await symlink(join(from, file), join(to, file));
  const manifest = JSON.parse(await readFile(join(from, 'package.json'), 'utf8')) as object;
  await writeFile(join(to, 'package.json'), JSON.stringify({ ...manifest, version }));
}

describe('a package beside peers that do not fit', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await install();
  }, 60_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function start(entry: string): Promise<{ code?: string; message?: string }> {
    const { stdout } = await run(process.execPath, ['test/packages/start-with-peers.mjs', folder, entry]);
    return JSON.parse(stdout) as { code?: string; message?: string };
  }

  it.each([
    ['@tenantry/transports/microservices', '@nestjs/microservices', '^11.1.4 || ^12.0.0'],
    ['@tenantry/transports/websockets', '@nestjs/websockets', '^11.1.4 || ^12.0.0'],
    ['@tenantry/transports/websockets', '@nestjs/platform-socket.io', '^11.1.4 || ^12.0.0'],
  ])('%s does not start without %s, and names the versions that work', async (entry, peer, range) => {
    await rm(join(folder, 'node_modules', peer));
    try {
      expect(await start(entry)).toEqual({
        code: 'MT_PEER_UNSUPPORTED',
        message: `${peer} is not installed, and ${entry.split('/', 2).join('/')} needs it here. Wanted: ${peer} ${range}.`,
      });
    } finally {
      await link(folder, peer);
    }
  });

  it.each([
    ['@tenantry/transports/bullmq', 'bullmq', '4.18.3', '^5.0.0 || ^6.0.0'],
    ['@tenantry/transports/bullmq', '@nestjs/bullmq', '10.2.3', '^11.0.0 || ^12.0.0'],
    ['@tenantry/observability', '@opentelemetry/api', '0.21.0', '^1.9.0'],
    ['@tenantry/lifecycle', '@nestjs/core', '10.4.22', '^11.1.4 || ^12.0.0'],
    ['@tenantry/secrets', '@nestjs/common', '10.4.22', '^11.1.4 || ^12.0.0'],
  ])('%s does not start with %s %s, and names the versions that work', async (entry, peer, version, range) => {
    await setVersion(folder, peer, version);
    try {
      expect(await start(entry)).toEqual({
        code: 'MT_PEER_UNSUPPORTED',
        message: `${peer} ${version} does not work with ${entry.split('/', 2).join('/')}. Wanted: ${peer} ${range}.`,
      });
    } finally {
      await rm(join(folder, 'node_modules', peer), { recursive: true });
      await link(folder, peer);
    }
  });
});
