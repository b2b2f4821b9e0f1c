import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TenantId } from '@tenantry/core';
import { objectOption, textOption } from '@tenantry/core/spi';
import { ContentVersions, MAX_SECRET_BYTES, parseSecret } from '../port/json-secret.js';
import { ObservedSecrets } from '../port/observed-secrets.js';
import { Secret } from '../port/secret.js';
import {
  SecretDeniedError,
  SecretInvalidError,
  SecretMissingError,
  SecretsUnavailableError,
} from '../port/secrets.errors.js';
import type { SecretCallOptions, SecretVersion, TenantSecrets } from '../port/tenant-secrets.js';

/** Options of {@link fileSecrets}. */
export interface FileSecretsOptions {
  /** The folder of all tenants. */
  readonly directory: string;
}

/**
 * Credentials in files, as Kubernetes and Docker mount them. A tenant has either `<directory>/<id>.json`, a JSON object, or
 * a folder `<directory>/<id>/` with a file for each field, whose text is the value (one newline at its end is not part of
 * it). A Kubernetes volume is read as one snapshot, also while it is being replaced.
 *
 * @throws `MT_OPTIONS_INVALID`
 */
export function fileSecrets(options: FileSecretsOptions): ObservedSecrets {
  const { directory } = objectOption('fileSecrets', options);
  return new ObservedSecrets(new FileSecrets(textOption('fileSecrets.directory', directory, 1_024)));
}

class FileSecrets implements TenantSecrets {
  readonly #directory: string;
  readonly #versions = new ContentVersions();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async read(tenantId: TenantId, { signal }: SecretCallOptions): Promise<SecretVersion> {
    // A volume that is replaced meanwhile removes the version that is being read: the next one is there by then.
    const found = await this.#find(tenantId, signal).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw fileFault(tenantId, error);
      return undefined;
    });
    if (found !== undefined) return found;
    return this.#find(tenantId, signal).catch((error: unknown) => {
      throw fileFault(tenantId, error);
    });
  }

  async close(): Promise<void> {}

  async #find(tenantId: TenantId, signal: AbortSignal): Promise<SecretVersion> {
    const [file, folder] = [join(this.#directory, `${tenantId}.json`), join(this.#directory, tenantId)];
    const [hasFile, hasFolder] = await Promise.all([exists(file), exists(folder)]);
    if (hasFile && hasFolder) throw new SecretInvalidError(tenantId, 'are there twice, as a file and as a folder');
    signal.throwIfAborted();
    if (hasFolder) return this.#ofFolder(tenantId, folder);
    if (!hasFile) throw missing(tenantId);
    const text = await textOf(tenantId, file);
    return this.#versions.of(text, parseSecret(tenantId, text));
  }

  async #ofFolder(tenantId: TenantId, folder: string): Promise<SecretVersion> {
    const snapshot = await snapshotOf(folder);
    const entries = await readdir(snapshot, { withFileTypes: true });
    const names = entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name);
    if (names.length === 0) throw missing(tenantId);
    const field = async (name: string): Promise<[string, string]> => {
      const text = await textOf(tenantId, join(snapshot, name));
      return [name, text.replace(/\r?\n$/, '')];
    };
    const fields = Object.fromEntries(await Promise.all(names.sort().map(field)));
    return this.#versions.of(JSON.stringify(fields), new Secret(fields));
  }
}

/** Kubernetes keeps the files behind the link `..data`, which it replaces at once: followed once, all are of one version. */
function snapshotOf(folder: string): Promise<string> {
  return realpath(join(folder, '..data')).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return folder;
    throw error;
  });
}

async function textOf(tenantId: string, path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY);
  try {
    const { size } = await file.stat();
    if (size > MAX_SECRET_BYTES) throw new SecretInvalidError(tenantId, `are larger than ${MAX_SECRET_BYTES} bytes`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
}

function missing(tenantId: string): SecretMissingError {
  return new SecretMissingError(tenantId, `Add ${tenantId}.json, or a folder ${tenantId} with a file for each field.`);
}

function fileFault(tenantId: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  if (code === 'ENOENT') return missing(tenantId);
  if (code === 'EACCES' || code === 'EPERM') {
    return new SecretDeniedError(tenantId, 'Let the user of this process read the files of the tenant.');
  }
  return new SecretsUnavailableError(`the files cannot be read (${code})`, { tenantId });
}

function codeOf(error: unknown): string | undefined {
  const { code, syscall } = Object(error) as { code?: unknown; syscall?: unknown };
  return typeof code === 'string' && typeof syscall === 'string' ? code : undefined;
}
