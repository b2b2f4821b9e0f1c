import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The version of a package as this package sees it; `undefined` where it is not installed, or in a bundle. */
export function installedVersion(name: string): string | undefined {
  return installedManifest(name)?.version;
}

/**
 * The `package.json` of a package; `undefined` where it cannot be read.
 *
 * @param from URL of the file that would import the package. Default: a file of this package
 */
export function installedManifest(name: string, from = import.meta.url): PackageManifest | undefined {
  const require = createRequire(from);
  const read = (): unknown => require(`${name}/package.json`);
  const folders = require.resolve.paths(name) ?? [];
  // A package whose exports leave its package.json out has it on disk all the same.
  const readers = [read, ...folders.map((folder) => () => parsed(join(folder, name, 'package.json')))];
  return firstOf(readers) as PackageManifest | undefined;
}

/** The fields of a `package.json` that are read here. */
export interface PackageManifest {
  readonly version: string;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

function parsed(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function firstOf(readers: readonly (() => unknown)[]): unknown {
  for (const read of readers) {
    try {
      return read();
    } catch {
      // Not there; the next one may be.
    }
  }
  return undefined;
}
