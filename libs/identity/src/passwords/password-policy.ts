import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';
import { OptionsInvalidError } from '@tenantry/core';
import { PasswordWeakError } from '../port/identity.errors.js';

/** Which passwords are accepted. */
export interface PasswordPolicyOptions {
  /** Characters at least, 8 to 64. Default 8. */
  readonly minLength?: number;
  /** Score of zxcvbn at least, 0 to 4: 3 resists 10^8 guesses. Default 3. */
  readonly minScore?: number;
}

/** Longer passwords are refused: they cost time and are no safer. */
export const MAX_PASSWORD_LENGTH = 256;

/** Guesses grow with length, and so does the time to count them. */
const EVALUATED_LENGTH = 64;

/** Accepts passwords that are hard to guess, by an estimate of the guesses (zxcvbn) and not by kinds of characters. */
export class PasswordPolicy {
  readonly #minLength: number;
  readonly #minScore: number;
  #estimator: ZxcvbnFactory | undefined;

  /** @throws `MT_OPTIONS_INVALID` */
  constructor({ minLength = 8, minScore = 3 }: PasswordPolicyOptions = {}) {
    this.#minLength = wholeNumber('passwords.minLength', minLength, 8, 64);
    this.#minScore = wholeNumber('passwords.minScore', minScore, 0, 4);
  }

  /**
   * Insists on a password that is hard to guess.
   *
   * @param known names and addresses of the user, which an attacker tries first
   * @throws `MT_PASSWORD_WEAK`
   */
  check(password: string, known: readonly string[] = []): void {
    const { length } = [...password];
    if (length < this.#minLength) throw new PasswordWeakError(`Use at least ${this.#minLength} characters.`);
    if (length > MAX_PASSWORD_LENGTH) throw new PasswordWeakError(`Use at most ${MAX_PASSWORD_LENGTH} characters.`);
    if (password.includes('\0')) throw new PasswordWeakError('Leave out the character U+0000.');
    const { score } = this.#estimate(password.slice(0, EVALUATED_LENGTH), known);
    if (score < this.#minScore) throw new PasswordWeakError('Add more words that do not belong together.');
  }

  #estimate(password: string, known: readonly string[]): { score: number } {
    // Made at the first use: the dictionary takes some megabytes.
    this.#estimator ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
    return this.#estimator.check(password, [...known]);
  }
}

function wholeNumber(option: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new OptionsInvalidError(option, value, `a whole number from ${min} to ${max}`);
}
