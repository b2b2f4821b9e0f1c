import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { ArgumentInvalidError } from '@tenantry/core';

/** What PostgreSQL itself takes by default. */
const ITERATIONS = 4096;
/** Other characters would have to be normalised first, as every driver and the server do it. */
const PRINTABLE_ASCII = /^[\x20-\x7e]{1,256}$/;

/**
 * What PostgreSQL keeps of a password (SCRAM-SHA-256, RFC 5803). Given in its place, the password itself never reaches the
 * server, its logs and its statistics.
 *
 * @throws `MT_ARGUMENT_INVALID`, without the password
 * @internal
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  if (typeof password !== 'string' || !PRINTABLE_ASCII.test(password)) {
    throw new ArgumentInvalidError('password', {}, '1 to 256 printable ASCII characters');
  }
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const keyFor = (name: string): Buffer => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(keyFor('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${keyFor('Server Key').toString('base64')}`;
}
