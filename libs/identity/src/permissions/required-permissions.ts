import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { OptionsInvalidError } from '@tenantry/core';
import { REQUIRED_PERMISSIONS } from './permission.guard.js';
import { PermissionVocabulary } from './permission-vocabulary.js';

/** Stops the start when a controller or resolver requires a permission that the vocabulary does not have: no account could hold it. */
@Injectable()
export class RequiredPermissions implements OnModuleInit {
  readonly #discovery: DiscoveryService;
  readonly #scanner: MetadataScanner;
  readonly #vocabulary: PermissionVocabulary;

  constructor(discovery: DiscoveryService, scanner: MetadataScanner, vocabulary: PermissionVocabulary) {
    this.#discovery = discovery;
    this.#scanner = scanner;
    this.#vocabulary = vocabulary;
  }

  /** @throws `MT_OPTIONS_INVALID` */
  onModuleInit(): void {
    const unknown = this.#required().find((permission) => !this.#vocabulary.has(permission));
    if (unknown === undefined) return;
    throw new OptionsInvalidError('@RequirePermission', unknown, 'a permission of IdentityModule.forRoot');
  }

  #required(): string[] {
    const wrappers = [...this.#discovery.getControllers(), ...this.#discovery.getProviders()];
    return wrappers.flatMap(({ metatype }) => (typeof metatype === 'function' ? this.#requiredBy(metatype) : []));
  }

  #requiredBy(type: object): string[] {
    const prototype: unknown = Reflect.get(type, 'prototype');
    if (typeof prototype !== 'object' || prototype === null) return [];
    const methods = this.#scanner.getAllMethodNames(prototype).map((name): unknown => Reflect.get(prototype, name));
    return [type, ...methods].flatMap(permissionsOn);
  }
}

function permissionsOn(target: unknown): string[] {
  if (typeof target !== 'function') return [];
  const permissions: unknown = Reflect.getMetadata(REQUIRED_PERMISSIONS, target);
  return Array.isArray(permissions) ? permissions.map(String) : [];
}
