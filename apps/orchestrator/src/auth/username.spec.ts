import { newTenantRecord } from '@tenantry/core/spi';
import { nameWithin } from './username.js';

const bar = newTenantRecord({ id: 'BAR-1', domain: 'bar.com', aliases: ['www.bar.com'] });

describe('nameWithin', () => {
  it.each([
    ['bob', 'bob'],
    ['Bob', 'bob'],
    ['bob@bar.com', 'bob'],
    ['bob@WWW.bar.com', 'bob'],
    ['bob@bar-1', 'bob'],
    ['bob@home@bar.com', 'bob@home'],
  ])('reads %s as %s', (username, name) => {
    expect(nameWithin(bar, username)).toBe(name);
  });

  it.each(['bob@foo.com', 'bob@', 'bob@bar.com@foo.com', 'bob@bar.co'])(
    'refuses %s, which is no name of the tenant',
    (username) => {
      expect(() => nameWithin(bar, username)).toThrow(expect.objectContaining({ code: 'MT_TENANT_CONFLICT' }));
    },
  );
});
