import { VERSION_NEUTRAL, VersioningType } from '@nestjs/common';
import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { handlersOf } from '../../clients/reach/nest-graph.js';
import type { Module } from '../../clients/reach/nest-graph.js';

const PATH = 'path';
const VERSION = '__version__';
const MODULE_PATH = '__module_path__';

/** A route, as the segments of its path in lower case: `['t', ':domain', 'things']`. */
export type RouteSegments = readonly string[];

/**
 * The routes of all controllers, with the global prefix, the path of their module and the versions that are part of the
 * path. Where some routes are excluded from the global prefix, each is given with and without it.
 */
export function routesOf(modules: ModulesContainer, config: ApplicationConfig): RouteSegments[] {
  const prefixes = globalPrefixes(config);
  return [...modules.values()].flatMap((module) =>
    controllerRoutes(module, modules.applicationId, config).flatMap((route) =>
      prefixes.map((prefix) => segmentsOf(`${prefix}/${route}`)),
    ),
  );
}

function globalPrefixes(config: ApplicationConfig): string[] {
  const excludes = (config.getGlobalPrefixOptions().exclude ?? []).length > 0;
  return excludes ? [config.getGlobalPrefix(), ''] : [config.getGlobalPrefix()];
}

function controllerRoutes(
  { controllers, metatype }: Module,
  applicationId: string,
  config: ApplicationConfig,
): string[] {
  const modulePath = read(MODULE_PATH + applicationId, metatype) ?? read(MODULE_PATH, metatype) ?? '';
  return [...controllers.values()].flatMap(({ metatype: controller }) =>
    handlersOf((controller as { prototype: object }).prototype).flatMap((handler) => {
      const own = read(PATH, handler);
      if (own === undefined) return [];
      const parts = [
        versionsOf(handler, controller as object, config),
        [modulePath],
        listOf(read(PATH, controller)),
        listOf(own),
      ];
      return joined(parts);
    }),
  );
}

/** Every way of taking one text of each list, joined by slashes. */
function joined(parts: readonly (readonly unknown[])[]): string[] {
  return parts.reduce<string[]>(
    (starts, ends) => starts.flatMap((start) => ends.map((end) => `${start}/${String(end)}`)),
    [''],
  );
}

function versionsOf(handler: object, controller: object, config: ApplicationConfig): string[] {
  const versioning = config.getVersioning();
  if (versioning?.type !== VersioningType.URI) return [''];
  const { prefix = 'v', defaultVersion } = versioning;
  const versions = listOf(read(VERSION, handler) ?? read(VERSION, controller) ?? defaultVersion);
  return versions.map((version) =>
    version === VERSION_NEUTRAL || version === '' ? '' : `${prefix === false ? '' : prefix}${String(version)}`,
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value ?? ''];
}

function read(key: string, target: unknown): unknown {
  return Reflect.getMetadata(key, target as object);
}

function segmentsOf(path: string): RouteSegments {
  return path
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '');
}
