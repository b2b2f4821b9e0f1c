import { RequestMethod, VersioningType } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';
import { handlersOf } from '@tenantry/core/spi';
import type { Module } from '@tenantry/core/spi';
import type { CrawlRoute } from './crawl-route.js';
import { RoutePath } from './route-path.js';
import type { TenantIsolationOptions } from './tenant-isolation-options.js';

// Nest exports these only as internals.
const PATH = 'path';
const METHOD = 'method';
const HOST = 'host';
const VERSION = '__version__';
const MODULE_PATH = '__module_path__';
const ROUTE_ARGUMENTS = '__routeArguments__';
const BODY_ARGUMENT = '3';
const QUERY_ARGUMENT = '4';

/** Methods that a handler of every method is asked with. */
const ALL_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

type Handler = ReturnType<typeof handlersOf>[number];
/** A symbol stands for no version. */
type Version = string | symbol | undefined;

interface Declared {
  readonly method: number;
  readonly path: string;
  readonly version: Version;
  readonly controller: object;
  readonly handler: Handler;
}

/**
 * Every route that Nest serves by its controllers: with the global prefix and its exclusions, the paths of modules,
 * arrays of paths, hosts and versions. Paths are built by Nest's own factory.
 */
export function discoverRoutes(
  app: INestApplication,
  versionHeaders: TenantIsolationOptions['versionHeaders'],
): CrawlRoute[] {
  const config = app.get(ApplicationConfig, { strict: false });
  const modules = app.get(ModulesContainer, { strict: false });
  const declared = [...modules.values()].flatMap((module) => declaredIn(module, modules.applicationId, config));
  return declared.flatMap((route) =>
    methodsOf(route.method).map((method) => routeOf(route, method, config, versionHeaders)),
  );
}

function declaredIn({ controllers, metatype }: Module, applicationId: string, config: ApplicationConfig): Declared[] {
  const modulePath = read<string>(MODULE_PATH + applicationId, metatype) ?? read<string>(MODULE_PATH, metatype);
  const paths = new RoutePathFactory(config);
  return [...controllers.values()].flatMap(({ metatype: type }) => {
    const controller = type as { prototype: object };
    return handlersOf(controller.prototype).flatMap((handler) => {
      const method = read<number>(METHOD, handler);
      if (method === undefined) return [];
      return versionsOf(handler, controller, config).flatMap((version) =>
        joined(controller, handler).flatMap(([ctrlPath, methodPath]) =>
          paths
            .create(
              {
                ctrlPath,
                methodPath,
                ...(modulePath === undefined ? {} : { modulePath }),
                globalPrefix: config.getGlobalPrefix(),
                ...versioningOf(version, config),
              },
              method,
            )
            .map((path) => ({ method, path, version, controller, handler })),
        ),
      );
    });
  });
}

function versioningOf(version: Version, config: ApplicationConfig): object {
  const versioningOptions = config.getVersioning();
  return version === undefined || versioningOptions === undefined ? {} : { methodVersion: version, versioningOptions };
}

function joined(controller: object, handler: Handler): [ctrlPath: string, methodPath: string][] {
  return pathsOf(controller).flatMap((first) => pathsOf(handler).map((second): [string, string] => [first, second]));
}

function pathsOf(target: object): string[] {
  return [read<string | string[]>(PATH, target) ?? ''].flat().map((path) => (path.startsWith('/') ? path : `/${path}`));
}

function versionsOf(handler: Handler, controller: object, config: ApplicationConfig): Version[] {
  const versioning = config.getVersioning();
  if (versioning === undefined) return [undefined];
  return [
    read<Version | Version[]>(VERSION, handler) ??
      read<Version | Version[]>(VERSION, controller) ??
      versioning.defaultVersion,
  ].flat();
}

function methodsOf(method: number): string[] {
  return method === (RequestMethod.ALL as number) ? ALL_METHODS : [RequestMethod[method] as string];
}

function routeOf(
  { path, version, controller, handler }: Declared,
  method: string,
  config: ApplicationConfig,
  versionHeaders: TenantIsolationOptions['versionHeaders'],
): CrawlRoute {
  const asked = askedByHeader(version, config) ? String(version) : undefined;
  const headers = asked === undefined ? {} : headersOf(asked, config, versionHeaders);
  return {
    label: `${method} ${path}${asked === undefined ? '' : ` (version ${asked})`}`,
    method,
    path: new RoutePath(path),
    headers: headers ?? {},
    hosts: [read<string | RegExp | (string | RegExp)[]>(HOST, controller) ?? []].flat(),
    queryNames: argumentNames(controller, handler, QUERY_ARGUMENT),
    bodyNames: argumentNames(controller, handler, BODY_ARGUMENT),
    obstacle: headers === undefined ? 'its version is read in a way of your own: give versionHeaders' : undefined,
  };
}

function askedByHeader(version: Version, config: ApplicationConfig): version is string {
  return typeof version === 'string' && config.getVersioning()?.type !== VersioningType.URI;
}

function headersOf(
  version: string,
  config: ApplicationConfig,
  versionHeaders: TenantIsolationOptions['versionHeaders'],
): Readonly<Record<string, string>> | undefined {
  if (versionHeaders !== undefined) return versionHeaders(version);
  const versioning = config.getVersioning();
  if (versioning?.type === VersioningType.HEADER) return { [versioning.header.toLowerCase()]: version };
  if (versioning?.type === VersioningType.MEDIA_TYPE) return { accept: `application/json;${versioning.key}${version}` };
  return undefined;
}

/** Names in `@Query('name')` and `@Body('name')`. */
function argumentNames(controller: object, handler: Handler, kind: string): string[] {
  const found = Reflect.getMetadata(ROUTE_ARGUMENTS, controller, handler.name) as
    Record<string, { data?: unknown }> | undefined;
  return Object.entries(found ?? {}).flatMap(([key, { data }]) =>
    key.startsWith(`${kind}:`) && typeof data === 'string' ? [data] : [],
  );
}

function read<T>(key: string, target: unknown): T | undefined {
  return Reflect.getMetadata(key, target as object) as T | undefined;
}
