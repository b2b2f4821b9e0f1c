import { deepEqual, equal } from 'node:assert/strict';
import { tenantId } from '@tenantry/core';
import type { ServiceValues } from '../capabilities/service-values.js';
import type { ContractCase } from './artifact-store-contract.js';

const FOO = tenantId('foo');
const BAR = tenantId('bar');
const QUOTA = { keys: 3, bytes: 100 };

/** What every {@link ServiceValues} must do. Each case gets a store in which foo and bar have nothing. */
export function serviceValuesContract(): readonly ContractCase<ServiceValues>[] {
  return [
    { title: 'gives each tenant its own value of a key', run: ownValues },
    { title: 'refuses what exceeds the keys or bytes of a tenant, and counts what it replaces', run: quota },
    { title: 'lists keys by prefix, in order, after a key', run: lists },
    { title: 'deletes one value, or all of a tenant', run: deletes },
  ];
}

async function ownValues(values: ServiceValues): Promise<void> {
  await values.set(FOO, 'key', '1', QUOTA);
  await values.set(BAR, 'key', '2', QUOTA);
  equal(await values.get(FOO, 'key'), '1');
  equal(await values.get(BAR, 'key'), '2');
  equal(await values.get(FOO, 'other'), null);
}

async function quota(values: ServiceValues): Promise<void> {
  for (const key of ['a', 'b', 'c']) equal(await values.set(FOO, key, '1', QUOTA), true);
  equal(await values.set(FOO, 'd', '1', QUOTA), false);
  equal(await values.set(FOO, 'c', 'x'.repeat(95), QUOTA), true);
  equal(await values.set(FOO, 'c', 'x'.repeat(96), QUOTA), false);
  equal((await values.get(FOO, 'c'))?.length, 95);
  equal(await values.set(BAR, 'd', '1', QUOTA), true);
}

async function lists(values: ServiceValues): Promise<void> {
  for (const key of ['b/2', 'a', 'b/1']) await values.set(FOO, key, '1', QUOTA);
  await values.set(BAR, 'b/3', '1', QUOTA);
  deepEqual(await values.list(FOO, '', '', 10), ['a', 'b/1', 'b/2']);
  deepEqual(await values.list(FOO, 'b/', '', 1), ['b/1']);
  deepEqual(await values.list(FOO, 'b/', 'b/1', 10), ['b/2']);
}

async function deletes(values: ServiceValues): Promise<void> {
  for (const tenant of [FOO, BAR]) for (const key of ['a', 'b']) await values.set(tenant, key, '1', QUOTA);
  equal(await values.delete(FOO, 'a'), true);
  equal(await values.delete(FOO, 'a'), false);
  await values.removeAll(FOO);
  deepEqual(await values.list(FOO, '', '', 10), []);
  deepEqual(await values.list(BAR, '', '', 10), ['a', 'b']);
}
