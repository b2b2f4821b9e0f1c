import { OptionsInvalidError } from '@tenantry/core';
import type { ModulesContainer } from '@nestjs/core';
import { lifecycleMarkOf } from './lifecycle.decorators.js';
import type { LifecycleMark } from './lifecycle.decorators.js';
import { LifecycleParticipants } from './lifecycle-participants.js';
import type { Participant } from './lifecycle-participants.js';

interface Found {
  readonly mark: LifecycleMark;
  readonly participant: Participant<object>;
}

type Provider = ReturnType<typeof providersOf>[number];

/**
 * Finds the providers with `@TenantListener` and `@Provisioner`, each once, whatever modules export it.
 *
 * @throws `MT_OPTIONS_INVALID` for a request-scoped one, one without a method, and a second one of the same name
 */
export function discoverParticipants(modules: ModulesContainer): LifecycleParticipants {
  const found = new Map<object, Found>();
  for (const provider of providersOf(modules)) {
    const each = asFound(provider);
    if (each !== undefined) found.set(each.participant.instance, each);
  }
  const ofRole = (role: LifecycleMark['role']): Participant<object>[] =>
    [...found.values()].filter(({ mark }) => mark.role === role).map(({ participant }) => participant);
  return new LifecycleParticipants(ofRole('listener'), ofRole('provisioner'));
}

function providersOf(modules: ModulesContainer) {
  return [...modules.values()].flatMap((module) => [...module.providers.values(), ...module.controllers.values()]);
}

function asFound(provider: Provider): Found | undefined {
  const instance = provider.instance as object | null | undefined;
  if (typeof instance !== 'object' || instance === null) return undefined;
  const mark = lifecycleMarkOf(instance.constructor);
  if (mark === undefined) return undefined;
  const { name = instance.constructor.name, order = 0 } = mark;
  if (provider.isDependencyTreeStatic()) return { mark, participant: { name, order, instance } };
  throw new OptionsInvalidError(
    `scope of the tenant ${mark.role}`,
    name,
    'a singleton, without request-scoped dependencies',
  );
}
