import { Controller, Get, Module, Post, Req } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { CurrentTenant, InMemoryTenantCatalog, MultitenancyModule, SuperTenantOnly } from '@tenantry/core';
import type { Tenant, TenantResolver, TenantResolverFunction } from '@tenantry/core';
import { fromIssuers, verifiedClaims } from '@tenantry/jwt';
import type { FromIssuersOptions, IssuerOptions } from '@tenantry/jwt';
import { call, startApp } from '../../support/http.js';
import type { AdapterName, HttpAnswer } from '../../support/http.js';
import { AUDIENCE } from './issuer-server.js';
import type { IssuerServer } from './issuer-server.js';

@Controller('me')
class MeController {
  @Get()
  me(@CurrentTenant() tenant: Tenant, @Req() request: object): object {
    return { tenant: tenant.id, subject: verifiedClaims(request)?.sub ?? null };
  }

  @Post()
  post(@CurrentTenant() tenant: Tenant): object {
    return { tenant: tenant.id };
  }

  @Get('operator')
  @SuperTenantOnly()
  operator(): object {
    return { ok: true };
  }
}

/** Tenants `foo` (foo.com), `bar` (bar.com) and `Case-1` (case.com). */
export function someTenants(): InMemoryTenantCatalog {
  return new InMemoryTenantCatalog([
    { id: 'foo', domain: 'foo.com' },
    { id: 'bar', domain: 'bar.com' },
    { id: 'Case-1', domain: 'case.com' },
  ]);
}

export interface TokenAppOptions {
  readonly tokens: FromIssuersOptions;
  readonly adapter?: AdapterName;
  readonly catalog?: InMemoryTenantCatalog;
  /** Resolvers beside the one under test. */
  readonly resolvers?: readonly (TenantResolver | TenantResolverFunction)[];
}

/** An application whose tenant is named by tokens. The caller closes it. */
export function startTokenApp(options: TokenAppOptions): Promise<INestApplication> {
  const { tokens, adapter = 'express', catalog = someTenants(), resolvers = [] } = options;
  @Module({
    imports: [MultitenancyModule.forRoot({ catalog, resolvers: [fromIssuers(tokens), ...resolvers] })],
    controllers: [MeController],
  })
  class TokenAppModule {}
  return startApp(TokenAppModule, adapter);
}

/** Options of an issuer that publishes its keys and names the tenant in a claim. */
export function publishing(server: IssuerServer, more: Partial<IssuerOptions> = {}): IssuerOptions {
  return {
    issuer: server.issuer,
    audience: AUDIENCE,
    algorithms: ['ES256'],
    jwks: { url: server.jwksUrl },
    tenants: { claim: 'tenant' },
    ...more,
  } as IssuerOptions;
}

/** Who the application takes the bearer of a token for. */
export function me(app: INestApplication | number, token: string): Promise<HttpAnswer> {
  return call(app, '/me', { headers: { authorization: `Bearer ${token}` } });
}
