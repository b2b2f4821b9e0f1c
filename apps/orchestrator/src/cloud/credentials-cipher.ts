import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Credentials that cannot be decrypted. Carries nothing of them. */
export class CredentialsUnreadableError extends Error {
  override readonly name = 'CredentialsUnreadableError';
}

/** Keys of 32 bytes: the first one encrypts, all decrypt. */
export type CredentialsKeys = readonly Buffer[];

const FORMAT = 'enc1';
const [ALGORITHM, IV_BYTES, TAG_BYTES, KEY_BYTES] = ['aes-256-gcm', 12, 16, 32] as const;

/**
 * Envelope encryption, AES-256-GCM: each text has a key of its own, which is encrypted with the first of the keys. Both are
 * bound to their tenant, so that one tenant's text is of no use in another's row.
 */
export class CredentialsCipher {
  readonly #keys: CredentialsKeys;

  /** @param keys at least one */
  constructor(keys: CredentialsKeys) {
    this.#keys = keys;
  }

  encrypt(tenantId: string, text: string): string {
    const dataKey = randomBytes(KEY_BYTES);
    return this.#joined(tenantId, dataKey, seal(dataKey, Buffer.from(text, 'utf8'), tenantId).toString('base64url'));
  }

  /** @throws {@link CredentialsUnreadableError} when its key is not there, or it is damaged or another tenant's */
  decrypt(tenantId: string, encrypted: string): string {
    const { dataKey, data } = this.#opened(tenantId, encrypted);
    return attempt(() => unseal(dataKey, Buffer.from(data, 'base64url'), tenantId)).toString('utf8');
  }

  /** The same text under the first of the keys; what is encrypted stays as it is. Errors as {@link decrypt}. */
  rewrap(tenantId: string, encrypted: string): string {
    const { dataKey, data } = this.#opened(tenantId, encrypted);
    return this.#joined(tenantId, dataKey, data);
  }

  /** Whether a text is encrypted, and with the first of the keys. */
  isCurrent(text: string): boolean {
    return isEncrypted(text) && text.split('.')[1] === keyId(this.#first);
  }

  get #first(): Buffer {
    return this.#keys[0] ?? Buffer.alloc(0);
  }

  #joined(tenantId: string, dataKey: Buffer, data: string): string {
    const wrapped = seal(this.#first, dataKey, tenantId).toString('base64url');
    return [FORMAT, keyId(this.#first), wrapped, data].join('.');
  }

  #opened(tenantId: string, encrypted: string): { readonly dataKey: Buffer; readonly data: string } {
    const [, id, wrapped = '', data = ''] = encrypted.split('.');
    const key = this.#keys.find((each) => keyId(each) === id);
    if (key === undefined) {
      throw new CredentialsUnreadableError(
        'The key that encrypted the credentials is not there. Name it in CREDENTIALS_KEY or CREDENTIALS_OLD_KEYS.',
      );
    }
    return { dataKey: attempt(() => unseal(key, Buffer.from(wrapped, 'base64url'), tenantId)), data };
  }
}

/** Whether a text was made by {@link CredentialsCipher}. */
export function isEncrypted(text: string): boolean {
  return text.startsWith(`${FORMAT}.`);
}

/** Names what is encrypted: stays when the text is rewrapped. */
export function contentName(clientId: string, encrypted: string): string {
  const data = encrypted.slice(encrypted.lastIndexOf('.') + 1);
  return createHash('sha256').update(`${clientId}\n${data}`).digest('base64url').slice(0, 22);
}

/** Distinguishes keys; of no use to guess one. */
function keyId(key: Buffer): string {
  return createHash('sha256').update('tenantry credentials key').update(key).digest('hex').slice(0, 16);
}

function seal(key: Buffer, plain: Buffer, tenantId: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(boundTo(tenantId));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

function unseal(key: Buffer, sealed: Buffer, tenantId: string): Buffer {
  const [iv, tag] = [sealed.subarray(0, IV_BYTES), sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)];
  const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(boundTo(tenantId));
  decipher.setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
}

function boundTo(tenantId: string): Buffer {
  return Buffer.from(`cloud_accounts.client_secret of ${tenantId}`, 'utf8');
}

function attempt<T>(open: () => T): T {
  try {
    return open();
  } catch {
    throw new CredentialsUnreadableError('The credentials are damaged, or were encrypted for another tenant.');
  }
}
