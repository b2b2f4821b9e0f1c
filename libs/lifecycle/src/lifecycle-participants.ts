import { OptionsInvalidError } from '@tenantry/core';
import { TenantVetoError } from './lifecycle.errors.js';
import { LISTENER_METHODS, listenerMethods } from './tenant-lifecycle-listener.js';
import type { TenantChangeEvent, TenantLifecycleListener } from './tenant-lifecycle-listener.js';
import { PROVISIONER_METHODS } from './tenant-provisioner.js';
import type { TenantProvisioner } from './tenant-provisioner.js';

/** A listener or provisioner with its stable name, under which progress is recorded, and its place: lower orders come first. */
export interface Participant<T> {
  /** 1 to 100 characters. A name that changes makes an operation under way run the participant again. */
  readonly name: string;
  /** Default 0. Equal orders keep the order of the list. */
  readonly order?: number;
  readonly instance: T;
}

const MAX_NAME = 100;

/** The listeners and provisioners of one application, in order. */
export class LifecycleParticipants {
  readonly listeners: readonly Participant<TenantLifecycleListener>[];
  readonly provisioners: readonly Participant<TenantProvisioner>[];

  /** @throws `MT_OPTIONS_INVALID` for one without a name or a method, and for two of one name */
  constructor(
    listeners: readonly Participant<TenantLifecycleListener>[],
    provisioners: readonly Participant<TenantProvisioner>[],
  ) {
    this.listeners = checked('TenantListener', listeners, LISTENER_METHODS);
    this.provisioners = checked('TenantProvisioner', provisioners, PROVISIONER_METHODS);
  }

  /** Asks the before-listeners, one after the other. @throws `MT_TENANT_VETOED`, and whatever a listener throws */
  async ask(event: TenantChangeEvent): Promise<void> {
    const methods = listenerMethods('before', event.kind);
    for (const { instance } of this.listeners) {
      for (const method of methods) {
        const veto = await instance[method]?.(event);
        if (veto instanceof TenantVetoError) throw veto;
      }
    }
  }
}

function checked<T extends object>(
  what: string,
  participants: readonly Participant<T>[],
  methods: readonly string[],
): readonly Participant<T>[] {
  const names = new Set<string>();
  for (const { name, order = 0, instance } of participants) {
    if (typeof name !== 'string' || name === '' || name.length > MAX_NAME) {
      throw new OptionsInvalidError(`${what}.name`, name, `text of 1 to ${MAX_NAME} characters`);
    }
    if (!Number.isFinite(order)) throw new OptionsInvalidError(`${what}.order of ${name}`, order, 'a finite number');
    if (names.has(name)) throw new OptionsInvalidError(`${what}.name`, name, 'a name of its own; another one has it');
    names.add(name);
    if (methods.some((method) => typeof (instance as Record<string, unknown>)[method] === 'function')) continue;
    throw new OptionsInvalidError(what, name, `a class with at least one of ${methods.join(', ')}`);
  }
  return [...participants].sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
}
