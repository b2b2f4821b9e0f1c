import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** What one argon2id hash costs. */
export interface PasswordCost {
  /** Memory in KiB, 8,192 to 1,048,576. Default 19,456. */
  readonly memoryKib: number;
  /** Passes over the memory, 1 to 10. Default 2. */
  readonly passes: number;
}

/** The cost that applies when none is given. */
export const DEFAULT_PASSWORD_COST: PasswordCost = { memoryKib: 19_456, passes: 2 };

/** Of `Algorithm`, a constant enumeration that isolated modules cannot read. */
const ARGON2ID = 2;
const STORED = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$/;

/** Hashes passwords with argon2id, one lane, a salt for each. The stored text names its cost, so that a cost can change later. */
export class PasswordHasher {
  readonly #cost: PasswordCost;
  #decoy: Promise<string> | undefined;

  constructor(cost: PasswordCost = DEFAULT_PASSWORD_COST) {
    this.#cost = cost;
  }

  /** Hashes a password. Spellings of the same text (Unicode NFKC) have the same hash. */
  hash(password: string): Promise<string> {
    const { memoryKib: memoryCost, passes: timeCost } = this.#cost;
    return hash(password.normalize('NFKC'), { algorithm: ARGON2ID, memoryCost, timeCost, parallelism: 1 });
  }

  /**
   * Compares a password. It takes as long for an account that does not exist.
   *
   * @param stored what {@link hash} gave, or `null` for an unknown account: then the result is `false`
   * @throws Error when the stored text is not a hash of this class
   */
  async verify(password: string, stored: string | null): Promise<boolean> {
    const against = stored ?? (await this.#decoyHash());
    if (!STORED.test(against))
      throw new Error('A stored password hash is malformed. Set the password of that account again.');
    const matches = await verify(against, password.normalize('NFKC'));
    return matches && stored !== null;
  }

  /** Whether a stored hash has another cost than new ones have: hash again at the next log-in. */
  isOutdated(stored: string): boolean {
    const [, memory, passes] = STORED.exec(stored) ?? [];
    return Number(memory) !== this.#cost.memoryKib || Number(passes) !== this.#cost.passes;
  }

  #decoyHash(): Promise<string> {
    this.#decoy ??= this.hash(randomBytes(16).toString('hex'));
    return this.#decoy;
  }
}
