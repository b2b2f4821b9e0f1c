import type { Type } from '@nestjs/common';
import type { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { TenantClientRegistries } from '../../clients/tenant-client-registries.js';
import type { TenantResolver } from '../../resolution/tenant-resolver.js';

/** What the startup checks inspect: one application, its routes and providers known. */
export interface DiagnosedApplication {
  readonly modules: ModulesContainer;
  readonly config: ApplicationConfig;
  readonly adapterHost: HttpAdapterHost;
  readonly kinds: TenantClientRegistries;
  readonly guard: 'global' | 'manual';
  readonly resolvers: readonly TenantResolver[];
  /** The module of the library that may be there once. */
  readonly rootModule: Type;
}

/** Checks for one kind of problem. Returns a line for each that it finds: what is wrong, and the remedy. */
export type Finding = (application: DiagnosedApplication) => readonly string[];
