import { CatalogUnavailableError, TenantUnknownError } from '@tenantry/core';
import { isOutage } from './outage.js';

const coded = (code: string): Error => Object.assign(new Error('a message'), { code });

describe('isOutage', () => {
  it.each([
    new CatalogUnavailableError(new Error('why')),
    coded('ECONNREFUSED'),
    coded('ENOTFOUND'),
    coded('57P03'),
    coded('53300'),
    coded('08006'),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
  ])('is what is worth trying again: %p', (error) => expect(isOutage(error)).toBe(true));

  it.each([
    new TenantUnknownError('foo'),
    new TypeError('rows is not a function'),
    coded('23505'),
    coded('28P01'),
    coded('3D000'),
    coded('ERR_INVALID_URL'),
    new Error('Our connection terminated'),
    null,
    undefined,
    'ECONNREFUSED',
  ])('is not an error that waiting cannot fix: %p', (error) => expect(isOutage(error)).toBe(false));
});
