import { createRequire } from 'node:module';

/** The version of a package as this package sees it; `undefined` where it is not installed, or in a bundle. */
export function installedVersion(name: string): string | undefined {
  return installedManifest(name)?.version;
}

/** The `package.json` of a package as this package sees it; `undefined` where it cannot be read. */
export function installedManifest(name: string): PackageManifest | undefined {
  try {
    return createRequire(import.meta.url)(`${name}/package.json`) as PackageManifest;
  } catch {
    return undefined;
  }
}

/** The fields of a `package.json` that are read here. */
export interface PackageManifest {
  readonly version: string;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
