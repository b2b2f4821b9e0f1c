import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { OptionsInvalidError } from '@tenantry/core';
import { numberOption, objectOption } from '@tenantry/core/spi';
import type { JWK } from 'jose';
import { SECRET_BYTES } from './algorithms.js';
import type { IssuerOptions, JwksOptions } from './issuer-options.js';
import type { RemoteKeysOptions } from './remote-keys.js';

/** What an issuer signs with, checked: plain data, so that two can be compared. */
export type KeyOptions =
  | { readonly kind: 'jwks'; readonly jwks: RemoteKeysOptions }
  | { readonly kind: 'keys'; readonly keys: readonly JWK[] }
  | { readonly kind: 'secret'; readonly secret: Uint8Array };

/** Which addresses of key sets the application allows. */
export type JwksUrlRule = (url: URL) => boolean;

const ONE_OF_THREE = 'exactly one of jwks, keys and secret';
const URL_RANGE =
  'an https: URL that allowJwksUrl accepts, or http: on a loopback address; without user name and fragment';
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const MIN_RSA_BITS = 2_048;

/** Checks that an issuer's keys come from one place. @throws `MT_OPTIONS_INVALID` */
export function assertOneKeySource(path: string, { jwks, keys, secret }: IssuerOptions): void {
  const given = [jwks, keys, secret].filter((each) => each !== undefined).length;
  if (given !== 1) throw new OptionsInvalidError(path, `an issuer with ${given} of them`, ONE_OF_THREE);
}

/**
 * Checks the keys of an issuer that has one place of keys and good algorithms.
 *
 * @param path name of the issuer's options, for messages, which never show a secret
 * @throws `MT_OPTIONS_INVALID`
 */
export function checkedKeyOptions(path: string, options: IssuerOptions, rule: JwksUrlRule): KeyOptions {
  const { jwks, keys, secret } = options;
  if (jwks !== undefined) return { kind: 'jwks', jwks: checkedJwks(`${path}.jwks`, jwks, rule) };
  if (keys !== undefined) return { kind: 'keys', keys: checkedKeys(`${path}.keys`, keys) };
  return { kind: 'secret', secret: checkedSecret(`${path}.secret`, secret, options.algorithms) };
}

function checkedJwks(path: string, options: JwksOptions, rule: JwksUrlRule): RemoteKeysOptions {
  const {
    url,
    cacheMs = 600_000,
    coolDownMs = 30_000,
    timeoutMs = 5_000,
    maxBytes = 262_144,
  } = objectOption(path, options);
  return {
    url: checkedUrl(`${path}.url`, url, rule),
    cacheMs: numberOption(`${path}.cacheMs`, cacheMs, { min: 1_000, max: 86_400_000, whole: true }),
    coolDownMs: numberOption(`${path}.coolDownMs`, coolDownMs, { min: 1_000, max: 3_600_000, whole: true }),
    timeoutMs: numberOption(`${path}.timeoutMs`, timeoutMs, { min: 100, max: 60_000, whole: true }),
    maxBytes: numberOption(`${path}.maxBytes`, maxBytes, { min: 1_024, max: 10_485_760, whole: true }),
  };
}

function checkedUrl(option: string, value: unknown, rule: JwksUrlRule): string {
  const url = URL.canParse(String(value)) ? new URL(String(value)) : undefined;
  if (url === undefined) throw new OptionsInvalidError(option, 'no URL', URL_RANGE);
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  const plain = url.username === '' && url.password === '' && url.hash === '';
  if (!secure || !plain || rule(url) !== true) {
    throw new OptionsInvalidError(option, shown(url), URL_RANGE);
  }
  return url.href;
}

/** As much of an address as holds no credentials. */
function shown({ protocol, host, pathname }: URL): string {
  return protocol === 'https:' || protocol === 'http:' ? `${protocol}//${host}${pathname}` : protocol;
}

function checkedKeys(path: string, keys: unknown): readonly JWK[] {
  if (!Array.isArray(keys) || keys.length === 0)
    throw new OptionsInvalidError(path, keys, 'a list of public JWKs, at least one');
  const jwks = structuredClone(keys) as JWK[];
  jwks.forEach((jwk, index) => {
    if (isPublicKey(jwk)) return;
    throw new OptionsInvalidError(
      `${path}[${index}]`,
      jwk,
      `a public JWK (no private one); RSA of ${MIN_RSA_BITS} bits or more`,
    );
  });
  return jwks;
}

function isPublicKey(jwk: JWK): boolean {
  if (typeof jwk !== 'object' || jwk === null || 'd' in jwk || 'k' in jwk) return false;
  const bits = publicKeyOf(jwk)?.asymmetricKeyDetails;
  return bits !== undefined && (bits.modulusLength ?? MIN_RSA_BITS) >= MIN_RSA_BITS;
}

function publicKeyOf(jwk: JWK): KeyObject | null {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return null;
  }
}

function checkedSecret(option: string, value: unknown, algorithms: readonly string[]): Uint8Array {
  const least = Math.max(...algorithms.map((algorithm) => SECRET_BYTES.get(algorithm) ?? 0));
  const range = `a secret of ${least} bytes or more, as text or Uint8Array`;
  if (typeof value !== 'string' && !(value instanceof Uint8Array))
    throw new OptionsInvalidError(option, typeof value, range);
  const secret = Buffer.from(typeof value === 'string' ? Buffer.from(value, 'utf8') : value);
  if (secret.byteLength < least) throw new OptionsInvalidError(option, `${secret.byteLength} bytes`, range);
  return secret;
}
