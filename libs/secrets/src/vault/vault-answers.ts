import type { TenantId } from '@tenantry/core';
import { isJsonObject } from '../port/json-secret.js';
import { Secret } from '../port/secret.js';
import {
  SecretDeniedError,
  SecretInvalidError,
  SecretMissingError,
  SecretsLoginRefusedError,
  SecretsUnavailableError,
} from '../port/secrets.errors.js';
import type { SecretVersion } from '../port/tenant-secrets.js';
import type { VaultAnswer } from './vault-http.js';

/** Answers that say that the server cannot serve now: sealed, overloaded, not up to date, behind another one. */
function isOutage(status: number): boolean {
  return status >= 500 || status < 200 || (status >= 300 && status < 400) || [408, 412, 429].includes(status);
}

/** Lets an answer pass that is none of an outage. Nothing of its text is repeated. @throws `MT_SECRETS_UNAVAILABLE` */
export function assertServing({ status }: VaultAnswer): void {
  if (!isOutage(status)) return;
  const isRedirect = status >= 300 && status < 400;
  const hint = isRedirect ? 'a redirect; name the address of a node that answers itself' : meaningOf(status);
  throw new SecretsUnavailableError(`the server answered ${status}, ${hint}`);
}

function meaningOf(status: number): string {
  if (status === 503) return 'sealed or in maintenance';
  if (status === 429) return 'too many requests';
  return status === 412 ? 'a node that is not up to date' : 'an error of its own';
}

/** The name of a version and its value, from an answer to a read. */
export function secretOf(tenantId: TenantId, answer: VaultAnswer): SecretVersion {
  assertReadable(tenantId, answer);
  const { data, metadata } = membersOf(membersOf(answer.body)['data']);
  if (!isJsonObject(metadata)) throw notKv(answer.status);
  if (!isJsonObject(data)) throw new SecretInvalidError(tenantId, 'are not an object of fields');
  const deletedAt = timeOf(metadata['deletion_time']);
  return {
    version: versionName(metadata['version'], answer.status),
    value: new Secret(data),
    ...(deletedAt === undefined ? {} : { expiresAt: deletedAt }),
  };
}

/** The name of the current version, from an answer to a read of metadata. */
export function currentVersionOf(tenantId: TenantId, answer: VaultAnswer): string {
  assertReadable(tenantId, answer);
  return versionName(membersOf(membersOf(answer.body)['data'])['current_version'], answer.status);
}

/** Lets a 200 pass. @throws as documented for `TenantSecrets` */
function assertReadable(tenantId: TenantId, answer: VaultAnswer): void {
  assertServing(answer);
  const { status } = answer;
  if (status === 200) return;
  if (status === 404 && isNamespaceMissing(answer)) throw namespaceMissing();
  if (status === 404) throw missing(tenantId);
  throw new SecretDeniedError(
    tenantId,
    `The server answered ${status}. Check the policy of the role, kvMount and path.`,
  );
}

function missing(tenantId: TenantId): SecretMissingError {
  return new SecretMissingError(
    tenantId,
    'There is nothing at its path, or the current version was deleted. Write a version; check kvMount and path.',
  );
}

/** Whether the server says that the namespace of a request does not exist. */
export function isNamespaceMissing({ status, body }: VaultAnswer): boolean {
  const errors: unknown = membersOf(body)['errors'];
  return status === 404 && Array.isArray(errors) && errors.some((text) => /namespace not found/i.test(String(text)));
}

/** The error of a namespace that does not exist: it is not the tenant's fault. */
export function namespaceMissing(): SecretsLoginRefusedError {
  return new SecretsLoginRefusedError('Its namespace does not exist. Check namespace and authNamespace.');
}

/** A token as the server granted it. */
export interface GrantedToken {
  readonly value: Secret<string>;
  /** How long it lives, milliseconds; `Infinity` = it does not expire. */
  readonly leaseMs: number;
  readonly renewable: boolean;
}

// What fits into a header, and no more.
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

/** The token in an answer to a login or a renewal. @throws `MT_SECRETS_UNAVAILABLE` when there is none */
export function tokenOf(answer: VaultAnswer): GrantedToken {
  const { client_token: value, lease_duration: seconds, renewable } = membersOf(membersOf(answer.body)['auth']);
  const isToken = typeof value === 'string' && TOKEN.test(value);
  if (!isToken || typeof seconds !== 'number' || !(seconds >= 0)) throw notKv(answer.status);
  const leaseMs = seconds === 0 ? Infinity : seconds * 1_000;
  return { value: new Secret(value), leaseMs, renewable: renewable === true };
}

/** Milliseconds since 1970; `undefined` where no time is given. */
function timeOf(text: unknown): number | undefined {
  const time = typeof text === 'string' ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

function versionName(version: unknown, status: number): string {
  if (typeof version === 'number' && Number.isInteger(version)) return String(version);
  throw notKv(status);
}

function notKv(status: number): SecretsUnavailableError {
  return new SecretsUnavailableError(
    `the server answered ${status} with something that Vault and OpenBao do not send; check address, and that kvMount is a KV engine of version 2`,
  );
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return isJsonObject(value) ? value : {};
}
