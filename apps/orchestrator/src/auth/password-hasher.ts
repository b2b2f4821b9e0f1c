import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';

/** What a scrypt hash costs. Memory is 128 * N * r bytes. */
interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

const COST: Cost = { N: 2 ** 15, r: 8, p: 1 };
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const STORED = /^scrypt\$N=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9_-]+)\$([A-Za-z0-9_-]+)$/;

/**
 * Hashes passwords with Node's scrypt (N = 2^15, r = 8, p = 1: 32 MiB each). The stored text is
 * `scrypt$N=…,r=…,p=…$salt$key`, so that a later change of the cost leaves old hashes readable.
 */
@Injectable()
export class PasswordHasher {
  #dummy: Promise<string> | undefined;

  /** Hashes a password with a salt of its own. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const key = await derive(password, salt, COST);
    return `scrypt$N=${COST.N},r=${COST.r},p=${COST.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
  }

  /**
   * Compares a password in constant time. It takes as long for a user who does not exist.
   *
   * @param stored what {@link hash} gave, or `null` for an unknown user: then the answer is `false`
   * @throws Error when the stored text is not a hash of ours
   */
  async verify(password: string, stored: string | null): Promise<boolean> {
    const { cost, salt, key } = parse(stored ?? (await this.#dummyHash()));
    const matches = timingSafeEqual(await derive(password, salt, cost), key);
    return matches && stored !== null;
  }

  #dummyHash(): Promise<string> {
    this.#dummy ??= this.hash(randomBytes(SALT_BYTES).toString('hex'));
    return this.#dummy;
  }
}

function parse(stored: string): { cost: Cost; salt: Buffer; key: Buffer } {
  const [, N, r, p, salt, key] = STORED.exec(stored) ?? [];
  if (salt === undefined || key === undefined) {
    throw new Error('A stored password hash is malformed. Set the password of that user again.');
  }
  return {
    cost: { N: Number(N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  };
}

function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  const maxmem = 128 * cost.N * cost.r * 2;
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { ...cost, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
