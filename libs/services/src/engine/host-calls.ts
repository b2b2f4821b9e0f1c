import { outsideScopes } from '@tenantry/core/spi';
import type { JsonValue } from '@tenantry/core';
import { CapabilityError } from './capability.error.js';
import type { HostCallHandler } from './instance.js';
import type { Capabilities, CapabilityCall } from './service-engine.js';

/**
 * Carries the calls of one request to the capabilities, outside of every scope.
 *
 * @param maxTextLength characters of a result as JSON
 */
export function hostCalls(capabilities: Capabilities, call: CapabilityCall, maxTextLength: number): HostCallHandler {
  return (name, args, answer) => {
    void outsideScopes(() => result(capabilities, call, name, args, maxTextLength)).then(
      (value) => answer?.(true, value),
      (error: unknown) => answer?.(false, messageOf(error)),
    );
  };
}

async function result(
  capabilities: Capabilities,
  call: CapabilityCall,
  name: string,
  args: string,
  maxTextLength: number,
): Promise<string> {
  const capability = capabilities.get(name);
  if (capability === undefined) throw new CapabilityError(`${name} is not part of the tenant's plan.`);
  const parsed: unknown = JSON.parse(args);
  if (!Array.isArray(parsed)) throw new CapabilityError('The arguments cannot be written as JSON.');
  const text = JSON.stringify(await capability(call, ...(parsed as JsonValue[]))) ?? '';
  if (text.length > maxTextLength) throw new CapabilityError(`The result is longer than ${maxTextLength} characters.`);
  return text;
}

function messageOf(error: unknown): string {
  return error instanceof CapabilityError ? error.message : 'The host could not do it at the moment.';
}
