import type { JsonValue } from '@tenantry/core';
import { CapabilityError } from '../engine/capability.error.js';
import type { Capability } from '../engine/service-engine.js';
import { objectArgument, textArgument } from './arguments.js';
import type { ServiceValues, ValuesQuota } from './service-values.js';

const MAX_KEY = 512;
const MAX_LIST = 1_000;

/** The defaults of {@link ValuesQuota}: 10,000 keys, 10 MiB. */
export const DEFAULT_VALUES_QUOTA: ValuesQuota = Object.freeze({ keys: 10_000, bytes: 10 * 1_024 * 1_024 });

/** `ctx.kv`: JSON values of the tenant, shared by its services. */
export function kvCapabilities(values: ServiceValues, quota: ValuesQuota): [name: string, capability: Capability][] {
  return [
    ['kv.get', async ({ tenantId }, key) => parsed(await values.get(tenantId, keyOf(key)))],
    [
      'kv.set',
      async ({ tenantId }, key, value) => {
        if (value === undefined) throw new CapabilityError('The value cannot be written as JSON.');
        if (!(await values.set(tenantId, keyOf(key), JSON.stringify(value), quota)))
          throw new CapabilityError(
            `The tenant may store ${quota.keys} keys and ${quota.bytes} bytes. Delete some first.`,
          );
        return undefined;
      },
    ],
    ['kv.delete', async ({ tenantId }, key) => values.delete(tenantId, keyOf(key))],
    ['kv.list', async ({ tenantId }, options) => [...(await values.list(tenantId, ...listArguments(options)))]],
  ];
}

function keyOf(key: JsonValue | undefined): string {
  return textArgument('The key', key, MAX_KEY);
}

function listArguments(options: JsonValue | undefined): [prefix: string, after: string, limit: number] {
  const { prefix = '', after = '', limit = 100 } = objectArgument('The argument of kv.list', options);
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > MAX_LIST)
    throw new CapabilityError(`limit is no integer from 1 to ${MAX_LIST}.`);
  const text = (name: string, value: JsonValue): string => (value === '' ? '' : textArgument(name, value, MAX_KEY));
  return [text('prefix', prefix), text('after', after), limit];
}

function parsed(text: string | null): JsonValue {
  return text === null ? null : (JSON.parse(text) as JsonValue);
}
