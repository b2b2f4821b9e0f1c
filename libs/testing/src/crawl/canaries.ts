import { createHash } from 'node:crypto';

/** Makes unique texts: of letters and digits, of one length, always the same ones for the same tenant. */
export class Canaries {
  readonly #seed: string;
  #count = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  next(): string {
    const hash = createHash('sha256')
      .update(`${this.#seed}/${(this.#count += 1)}`)
      .digest('hex');
    return `canary${hash.slice(0, 12)}`;
  }
}
