import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentName, CredentialsCipher, CredentialsUnreadableError, isEncrypted } from './credentials-cipher.js';
import { credentialsKeys } from './credentials-keys.js';

const SECRET = 'canary-secret';
const [OLD, NEW] = [randomBytes(32), randomBytes(32)];

describe('CredentialsCipher', () => {
  const old = new CredentialsCipher([OLD]);
  const both = new CredentialsCipher([NEW, OLD]);

  it('decrypts what it encrypted, and never encrypts a text twice in the same way', () => {
    const [one, two] = [old.encrypt('foo', SECRET), old.encrypt('foo', SECRET)];
    expect([one, two].map((text) => old.decrypt('foo', text))).toEqual([SECRET, SECRET]);
    expect(one).not.toBe(two);
    expect(one).not.toContain(SECRET);
    expect(isEncrypted(one)).toBe(true);
    expect(isEncrypted(SECRET)).toBe(false);
  });

  it('does not decrypt the text of another tenant', () => {
    expect(() => old.decrypt('bar', old.encrypt('foo', SECRET))).toThrow(CredentialsUnreadableError);
  });

  it('does not decrypt a text of which one character was changed', () => {
    const text = old.encrypt('foo', SECRET);
    for (let index = 'enc1.'.length; index < text.length; index += 7) {
      if (text[index] === '.') continue;
      const changed = `${text.slice(0, index)}${text[index] === 'A' ? 'B' : 'A'}${text.slice(index + 1)}`;
      expect(() => old.decrypt('foo', changed)).toThrow(CredentialsUnreadableError);
    }
    for (const damaged of ['enc1', 'enc1...', text.slice(0, -10), text.split('.').slice(0, 3).join('.')]) {
      expect(() => old.decrypt('foo', damaged)).toThrow(CredentialsUnreadableError);
    }
  });

  it('puts a text under the first key, which alone decrypts it then, without encrypting it again', () => {
    const text = old.encrypt('foo', SECRET);
    const rewrapped = both.rewrap('foo', text);
    expect([both.isCurrent(text), both.isCurrent(rewrapped)]).toEqual([false, true]);
    expect(new CredentialsCipher([NEW]).decrypt('foo', rewrapped)).toBe(SECRET);
    expect(() => old.decrypt('foo', rewrapped)).toThrow(/CREDENTIALS_OLD_KEYS/);
    expect(contentName('id', rewrapped)).toBe(contentName('id', text));
    expect(contentName('other', text)).not.toBe(contentName('id', text));
  });
});

describe('credentialsKeys', () => {
  let dataDir: string;
  beforeEach(async () => void (dataDir = await mkdtemp(join(tmpdir(), 'tenantry-keys-'))));
  afterEach(() => rm(dataDir, { recursive: true }));
  const keys = (given: readonly string[] = []) =>
    credentialsKeys({ credentialsKeys: given, dataDir, vault: undefined });

  it('makes a file at the first time, for this user alone, and reads it afterwards', async () => {
    const [first] = await keys();
    expect(first).toHaveLength(32);
    expect(await keys()).toEqual([first]);
    expect((await stat(join(dataDir, 'credentials.key'))).mode & 0o777).toBe(0o600);
  });

  it('takes the keys of the settings first, and still knows the one of the file', async () => {
    expect(await keys([NEW.toString('base64')])).toEqual([NEW]);
    const [file] = await keys();
    expect(await keys([NEW.toString('base64')])).toEqual([NEW, file]);
  });

  it('refuses a file that holds no key, without showing it', async () => {
    await writeFile(join(dataDir, 'credentials.key'), SECRET);
    await expect(keys()).rejects.toThrow(CredentialsUnreadableError);
    await expect(keys()).rejects.not.toThrow(SECRET);
    expect(await readFile(join(dataDir, 'credentials.key'), 'utf8')).toBe(SECRET);
  });
});
