import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';

const weak = expect.objectContaining({ code: 'MT_PASSWORD_WEAK' });

describe('the policy of passwords', () => {
  const policy = new PasswordPolicy();

  it.each([
    'short-1',
    'password1234',
    'Passw0rd!',
    'qwertyuiop',
    'aaaaaaaaaaaaaaa',
    '1234567890',
    'marble\0otter-quince',
    'a'.repeat(257),
  ])('refuses %j', (password) => {
    expect(() => policy.check(password)).toThrow(weak);
  });

  it.each(['marble-otter-quince-42', 'correct horse battery staple', 'пишу-длинный-пароль-91'])(
    'accepts %j',
    (password) => {
      expect(() => policy.check(password)).not.toThrow();
    },
  );

  it('refuses what is made of the names of the user', () => {
    expect(() => policy.check('annabelle-quince')).not.toThrow();
    expect(() => policy.check('annabelle-quince', ['annabelle-quince', 'a@foo.com'])).toThrow(weak);
  });

  it('never repeats the password in its message', () => {
    expect(() => policy.check('qwertyuiop')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('qwerty') }),
    );
  });

  it.each([{ minLength: 7 }, { minLength: 65 }, { minScore: 5 }, { minScore: NaN }])(
    'refuses the options %j',
    (options) => {
      expect(() => new PasswordPolicy(options)).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID' }));
    },
  );
});

describe('the hash of a password', () => {
  const hasher = new PasswordHasher({ memoryKib: 8_192, passes: 1 });

  it('is argon2id with a salt of its own and names its cost', async () => {
    const [first, second] = await Promise.all([hasher.hash('marble'), hasher.hash('marble')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=8192,t=1,p=1\$/);
    expect(first).not.toBe(second);
    expect(hasher.isOutdated(first)).toBe(false);
    expect(new PasswordHasher().isOutdated(first)).toBe(true);
  });

  it('is the same for two spellings of one text', async () => {
    expect(await hasher.verify('cafe\u0301', await hasher.hash('caf\u00e9'))).toBe(true);
    expect(await hasher.verify('cafe', await hasher.hash('caf\u00e9'))).toBe(false);
  });

  it('matches no password for an unknown account', async () => {
    expect(await hasher.verify('', null)).toBe(false);
  });

  it('is not read when it is malformed', async () => {
    await expect(hasher.verify('x', 'plain')).rejects.toThrow('malformed');
  });
});
