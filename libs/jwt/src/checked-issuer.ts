import { isDeepStrictEqual } from 'node:util';
import { createSecretKey } from 'node:crypto';
import { OptionsInvalidError } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import { numberOption, objectOption, textOption, textsOption } from '@tenantry/core/spi';
import type { JWTVerifyOptions } from 'jose';
import { ASYMMETRIC_ALGORITHMS, SECRET_BYTES } from './algorithms.js';
import type { IssuerOptions } from './issuer-options.js';
import { assertOneKeySource, checkedKeyOptions } from './key-options.js';
import type { JwksUrlRule, KeyOptions } from './key-options.js';
import { KeySet, SecretKey } from './key-source.js';
import type { KeySource } from './key-source.js';
import { RemoteKeys } from './remote-keys.js';
import { tenantBinding } from './tenant-binding.js';
import type { TenantOfClaims } from './tenant-binding.js';
import { MAX_ISSUER_LENGTH } from './token-parts.js';

/** An issuer whose options have been checked. */
export interface CheckedIssuer {
  readonly issuer: string;
  readonly algorithms: ReadonlySet<string>;
  /** Acceptable values of `typ`, canonical; `null` stands for none. */
  readonly types: ReadonlySet<string | null>;
  readonly keyOptions: KeyOptions;
  readonly keys: KeySource;
  readonly tenantOf: TenantOfClaims;
  /** All but the current date. */
  readonly verifyOptions: JWTVerifyOptions;
}

/** How issuers are checked. */
export interface IssuerChecks {
  readonly clock: Clock;
  readonly allowJwksUrl: JwksUrlRule;
  /** Whether a claim must say which tenants it may name. */
  readonly mustSayWhich: boolean;
}

const USUAL_TYPES: ReadonlySet<string | null> = new Set([null, 'application/jwt', 'application/at+jwt']);

/**
 * Checks the options of an issuer and fills in the defaults.
 *
 * @param path name of the options, for messages
 * @param previous the same issuer as it was known before: its keys are kept where they are had in the same way
 * @throws `MT_OPTIONS_INVALID`
 */
export function checkedIssuer(
  path: string,
  options: IssuerOptions,
  checks: IssuerChecks,
  previous?: CheckedIssuer,
): CheckedIssuer {
  assertOneKeySource(path, objectOption(path, options));
  const algorithms = checkedAlgorithms(`${path}.algorithms`, options);
  const keyOptions = checkedKeyOptions(path, options, checks.allowJwksUrl);
  const verifyOptions = checkedVerifyOptions(path, options, algorithms);
  const types =
    options.types === undefined ? USUAL_TYPES : new Set(textsOption(`${path}.types`, options.types).map(typeKey));
  return {
    issuer: textOption(`${path}.issuer`, options.issuer, MAX_ISSUER_LENGTH),
    algorithms: new Set(algorithms),
    types,
    keyOptions,
    keys:
      previous && isDeepStrictEqual(previous.keyOptions, keyOptions)
        ? previous.keys
        : keySource(keyOptions, checks.clock),
    tenantOf: tenantBinding(`${path}.tenants`, options.tenants, checks.mustSayWhich),
    verifyOptions,
  };
}

/** A media type as it is compared: in lower case, `application/` added where it was left out (RFC 7515, section 4.1.9). */
export function typeKey(type: string): string {
  return (type.includes('/') ? type : `application/${type}`).toLowerCase();
}

function checkedAlgorithms(path: string, options: IssuerOptions): string[] {
  const range =
    options.secret === undefined
      ? `algorithms of key pairs: ${[...ASYMMETRIC_ALGORITHMS].join(', ')}`
      : `algorithms of a secret: ${[...SECRET_BYTES.keys()].join(', ')}`;
  const known = options.secret === undefined ? ASYMMETRIC_ALGORITHMS : SECRET_BYTES;
  const algorithms = textsOption(path, options.algorithms);
  const other = algorithms.find((algorithm) => !known.has(algorithm));
  if (other !== undefined) throw new OptionsInvalidError(path, other, range);
  return [...algorithms];
}

function checkedVerifyOptions(path: string, options: IssuerOptions, algorithms: string[]): JWTVerifyOptions {
  const { issuer, audience, requiredClaims = [], clockToleranceSeconds = 5, maxTokenAgeSeconds } = options;
  const audiences = textsOption(`${path}.audience`, typeof audience === 'string' ? [audience] : audience);
  const extra = textsOption(`${path}.requiredClaims`, requiredClaims, { min: 0 });
  return {
    issuer,
    audience: [...audiences],
    algorithms,
    requiredClaims: ['exp', ...extra],
    clockTolerance: numberOption(`${path}.clockToleranceSeconds`, clockToleranceSeconds, {
      min: 0,
      max: 60,
      whole: true,
    }),
    ...(maxTokenAgeSeconds === undefined
      ? {}
      : {
          maxTokenAge: numberOption(`${path}.maxTokenAgeSeconds`, maxTokenAgeSeconds, {
            min: 1,
            max: 31_536_000,
            whole: true,
          }),
        }),
  };
}

function keySource(options: KeyOptions, clock: Clock): KeySource {
  switch (options.kind) {
    case 'jwks':
      return new RemoteKeys(options.jwks, clock);
    case 'keys':
      return new KeySet({ keys: [...options.keys] });
    case 'secret':
      return new SecretKey(createSecretKey(options.secret));
  }
}
