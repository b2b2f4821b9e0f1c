import { OptionsInvalidError, systemClock } from '@tenantry/core';
import type { Clock, TenantId } from '@tenantry/core';
import { functionOption, numberOption, objectOption, textOption } from '@tenantry/core/spi';
import { Secret } from '../port/secret.js';
import { vaultPath } from './vault-path.js';

/** Options of {@link vaultSecrets}. */
export interface VaultSecretsOptions {
  /** Where the server is, such as `https://vault.example:8200`. Plain `http:` is for loopback addresses only. */
  readonly address: string;
  /** Path at which the KV engine of version 2 is mounted, such as `secret`. */
  readonly kvMount: string;
  /** Path of a tenant's credentials under the mount. It must name another path for each tenant. */
  readonly path: (tenantId: TenantId) => string;
  /** Namespace of the KV engine. Default: the root namespace. */
  readonly namespace?: string | undefined;
  /** Namespace of the login. Default: `namespace`. */
  readonly authNamespace?: string | undefined;
  /** Path at which AppRole is mounted, such as `approle`. */
  readonly rolePath: string;
  readonly roleId: string;
  /** The secret id, or a function that gives the current one at each login. */
  readonly secretId: Secret<string> | (() => Promise<Secret<string>>);
  /** For each request as a whole, 100 to 60,000 ms. Default 5,000. */
  readonly timeoutMs?: number;
  /** Size of an answer at most, 1,024 to 10,485,760 bytes. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Measures leases, pauses and timeouts. Default: the system's monotonic clock. */
  readonly clock?: Clock;
  /** Source of jitter, 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

/** {@link VaultSecretsOptions}, checked: paths are encoded, defaults filled in. */
export interface ResolvedVaultOptions {
  readonly address: URL;
  readonly kvMount: string;
  readonly path: (tenantId: TenantId) => string;
  readonly namespace: string | undefined;
  readonly authNamespace: string | undefined;
  readonly rolePath: string;
  readonly roleId: string;
  readonly secretId: () => Promise<Secret<string>>;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly random: () => number;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const ADDRESS = 'an https: URL, or http: on a loopback address; without user name, query and fragment';

/** Checks the options and fills in the defaults. @throws `MT_OPTIONS_INVALID`, which shows no secret */
export function resolveVaultOptions(options: VaultSecretsOptions): ResolvedVaultOptions {
  const given = objectOption('vaultSecrets', options);
  const { namespace, authNamespace = namespace, timeoutMs = 5_000, maxBytes = 1_048_576 } = given;
  const { clock = systemClock, random = Math.random } = given;
  return {
    address: checkedAddress(given.address),
    kvMount: vaultPath('vaultSecrets.kvMount', given.kvMount),
    path: functionOption('vaultSecrets.path', given.path, 'a function (tenantId) => path'),
    namespace: checkedNamespace('vaultSecrets.namespace', namespace),
    authNamespace: checkedNamespace('vaultSecrets.authNamespace', authNamespace),
    rolePath: vaultPath('vaultSecrets.rolePath', given.rolePath),
    roleId: textOption('vaultSecrets.roleId', given.roleId, 1_024),
    secretId: checkedSecretId(given.secretId),
    timeoutMs: numberOption('vaultSecrets.timeoutMs', timeoutMs, { min: 100, max: 60_000, whole: true }),
    maxBytes: numberOption('vaultSecrets.maxBytes', maxBytes, { min: 1_024, max: 10_485_760, whole: true }),
    clock: objectOption('vaultSecrets.clock', clock),
    random: functionOption('vaultSecrets.random', random, 'a function that gives 0 to 1'),
  };
}

function checkedAddress(value: unknown): URL {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined) throw new OptionsInvalidError('vaultSecrets.address', 'no URL', ADDRESS);
  const isSecure = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!isSecure || !isPlain) throw new OptionsInvalidError('vaultSecrets.address', shown(url), ADDRESS);
  return url;
}

/** As much of an address as holds no credentials. */
function shown({ protocol, host, pathname }: URL): string {
  return protocol === 'https:' || protocol === 'http:' ? `${protocol}//${host}${pathname}` : protocol;
}

function checkedNamespace(option: string, value: unknown): string | undefined {
  return value === undefined ? undefined : vaultPath(option, value);
}

function checkedSecretId(value: unknown): () => Promise<Secret<string>> {
  if (typeof value === 'function') return value as () => Promise<Secret<string>>;
  if (value instanceof Secret && typeof value.reveal() === 'string' && value.reveal() !== '') {
    return async () => value as Secret<string>;
  }
  const allowed = 'new Secret(text) of a text that is not empty, or a function that gives one';
  throw new OptionsInvalidError('vaultSecrets.secretId', 'a value that is not shown', allowed);
}
