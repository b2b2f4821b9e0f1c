import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseStartError } from './database-start.error.js';

/** A folder that this process alone uses. */
export interface FolderLock {
  /** Releases it. Idempotent. */
  readonly release: () => Promise<void>;
}

/**
 * Takes a folder for this process, by a file with its process id. What a dead process left behind is taken over.
 *
 * @throws {@link DatabaseStartError} when another living process, or another application of this one, has it
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, 'in-use-by.pid');
  if (!(await create(path))) {
    const owner = Number(await readFile(path, 'utf8'));
    if (isAlive(owner)) throw new DatabaseStartError(taken(folder, owner));
    await rm(path, { force: true });
    if (!(await create(path))) throw new DatabaseStartError(taken(folder, owner));
  }
  return { release: () => rm(path, { force: true }) };
}

async function create(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): unknown {
  return Reflect.get(Object(error), 'code');
}

function taken(folder: string, pid: number): string {
  return `The folder ${JSON.stringify(folder)} is in use by process ${pid}. Stop it, or name another folder in DATA_DIR.`;
}
