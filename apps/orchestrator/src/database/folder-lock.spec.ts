import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { lockFolder } from './folder-lock.js';

describe('lockFolder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'folder-lock-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('refuses a folder that is in use, and names the process', async () => {
    await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(`in use by process ${process.pid}`);
  });

  it('lets the next one have it once it is released', async () => {
    const lock = await lockFolder(folder);
    await lock.release();
    await expect(readdir(folder)).resolves.toEqual([]);
    await expect(lockFolder(folder)).resolves.toBeDefined();
  });

  it.each(['a dead process', 'nonsense'])('takes over what %s left behind', async (owner) => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    await writeFile(join(folder, 'in-use-by.pid'), owner === 'nonsense' ? owner : String(dead));
    await expect(lockFolder(folder)).resolves.toBeDefined();
  });
});
