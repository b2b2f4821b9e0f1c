import { All, Controller, Module } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import {
  CurrentTenant,
  fromHeader,
  fromHost,
  fromPath,
  InMemoryTenantCatalog,
  MultitenancyModule,
  rejected,
  resolved,
  notApplicable,
  TenantTokenInvalidError,
} from '@tenantry/core';
import type { MultitenancyOptions, Tenant, TenantCatalogReader, TenantResolver } from '@tenantry/core';
import { startApp } from '../../support/http.js';
import type { AdapterName } from '../../support/http.js';
import { raw } from './raw-http.js';
import type { RawRequest } from './raw-http.js';

/** Three tenants, and one that is suspended. */
export async function someTenants(): Promise<InMemoryTenantCatalog> {
  const catalog = new InMemoryTenantCatalog([
    { id: 'foo', domain: 'foo.com', aliases: ['www.foo.com'] },
    { id: 'bar', domain: 'bar.com' },
    { id: 'baz', domain: 'baz.com' },
    { id: 'kiosk', domain: 'kiosk.com' },
    { id: 'paused', domain: 'paused.com' },
  ]);
  await catalog.suspend('paused');
  return catalog;
}

/** Stands for a resolver that checks signatures: `Bearer signed-foo` is foo's token, any other token is bad. */
const fromSignedToken: TenantResolver = {
  name: 'token',
  trust: 'verified',
  resolve: (request) => {
    const [value] = request.headers('authorization');
    if (value === undefined) return notApplicable;
    const id = /^Bearer signed-(.+)$/.exec(value)?.[1];
    return id === undefined ? rejected(new TenantTokenInvalidError('it is not signed')) : resolved(id);
  },
};

/** Host, path, a header that only 127.0.0.1 may set, and the token. */
export const EVERY_RESOLVER: MultitenancyOptions['resolvers'] = [
  fromHost(),
  fromPath(),
  fromHeader({ name: 'X-Tenant-Id', trustedProxies: ['127.0.0.1'] }),
  fromSignedToken,
];

/** Answers every path, so that only the resolution of the tenant refuses a request. */
@Controller()
class WhoController {
  @All(['/', '*'])
  who(@CurrentTenant() tenant: Tenant): object {
    return { tenant: tenant.id };
  }
}

export function resolutionModule(
  catalog: TenantCatalogReader,
  resolvers: MultitenancyOptions['resolvers'] = EVERY_RESOLVER,
): Type {
  @Module({ imports: [MultitenancyModule.forRoot({ catalog, resolvers })], controllers: [WhoController] })
  class ResolutionModule {}
  return ResolutionModule;
}

/** An application that answers with the tenant of each request. The caller closes it. */
export async function startResolutionApp(
  adapter: AdapterName,
  resolvers?: MultitenancyOptions['resolvers'],
): Promise<INestApplication> {
  return startApp(resolutionModule(await someTenants(), resolvers), adapter);
}

/** What became of a request in one line: `= foo`, or `400 MT_…`, or only `400` when a parser or router refused it. */
export async function verdict(app: INestApplication, request: RawRequest): Promise<string> {
  const { status, json } = await raw(app, request);
  const { tenant, code } = Object(json) as { tenant?: string; code?: string };
  if (tenant !== undefined) return `= ${tenant}`;
  return code === undefined ? String(status) : `${status} ${code}`;
}

/** The verdict over each of some requests, by what is special about it. */
export async function verdicts(
  app: INestApplication,
  requests: Readonly<Record<string, RawRequest>>,
): Promise<Record<string, string>> {
  const pending = Object.entries(requests).map(async ([what, request]) => [what, await verdict(app, request)] as const);
  return Object.fromEntries(await Promise.all(pending));
}

/** The same verdict over each of some requests. */
export function all(requests: Readonly<Record<string, RawRequest>>, expected: string): Record<string, string> {
  return Object.fromEntries(Object.keys(requests).map((what) => [what, expected]));
}

/** What is malformed or ambiguous. */
export const REFUSED = '400 MT_TENANT_IDENTIFIER_INVALID';
/** A request that names no tenant. */
export const NO_TENANT = '400 MT_TENANT_REQUIRED';

/** Requests that differ in their Host header alone. */
export function hosts(...values: readonly string[]): Record<string, RawRequest> {
  return Object.fromEntries(values.map((value) => [value, { lines: [`Host: ${value}`] }]));
}

/** Requests that differ in their target alone. */
export function targets(...values: readonly string[]): Record<string, RawRequest> {
  return Object.fromEntries(values.map((target) => [target, { target }]));
}
