import { InMemoryTenantCatalog } from '../catalog/in-memory-tenant-catalog.js';
import { canonicalIdentifier, endsInNumber, isDomain } from './tenant-identifier.js';

describe('the canonical form of an identifier', () => {
  it.each([
    ['foo.com', 'foo.com'],
    ['FOO.Com', 'foo.com'],
    ['123', '123'],
    ['v1.2', 'v1.2'],
    ['0x7f', '0x7f'],
    ['a_b', 'a_b'],
    ['1.1', null],
    ['127.0.0.1', null],
    ['0x7f.1', null],
    ['0X7F.0x1', null],
    ['0x.1', null],
    ['f\u212Ao', null],
    ['fo\u200Bo', null],
    ['\uFF46oo', null],
    ['a..b', null],
    ['.a', null],
    ['', null],
    [' a', null],
    ['a\n', null],
    ['__proto__', null],
  ])('of %j is %j', (raw, canonical) => {
    expect(canonicalIdentifier(raw)).toBe(canonical);
  });
});

describe('a domain', () => {
  it.each(['foo.com', 'a', 'xn--bcher-kva.example', '1.com', '0x7f.com', '3com', 'a.0x7g', `${'a'.repeat(63)}.com`])(
    'may be %s',
    (domain) => {
      expect(isDomain(domain)).toBe(true);
    },
  );

  it.each([
    '1',
    '1.1',
    '127.0.0.1',
    '0x7f.1',
    '0x7f',
    'foo.1',
    'foo.0x',
    'foo.0x7f',
    '0177.0.0.01',
    'FOO.com',
    'foo.com.',
    'a b',
    `${'a'.repeat(64)}.com`,
    'localhost',
  ])('may not be %s', (domain) => {
    expect(isDomain(domain)).toBe(false);
  });

  it.each(['1', 'foo.1', 'foo.0x7F'])('%s ends in a number', (host) => {
    expect(endsInNumber(host)).toBe(true);
  });
});

describe('the id of a new tenant', () => {
  it.each(['a..b', '1.1', '0x7f.1'])('is not %s, which no request could name', async (id) => {
    await expect(new InMemoryTenantCatalog().create({ id, domain: 'foo.com' })).rejects.toMatchObject({
      code: 'MT_TENANT_FIELD_INVALID',
    });
  });

  it.each(['123', 'v1.2', 'a_b', 'A-1'])('may be %s', async (id) => {
    expect(await new InMemoryTenantCatalog().create({ id, domain: 'foo.com' })).toMatchObject({ id });
  });
});
