import { Controller, Get, Injectable, Module } from '@nestjs/common';
import type { CanActivate, ExecutionContext, INestApplication, Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { fromPath, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import { Accounts, APPLICATION, IdentityModule, RequirePermission, Roles } from '@tenantry/identity';
import type { Account, IdentityPrincipal, IdentityStore, SessionOptions } from '@tenantry/identity';
import { startApp } from '../../support/http.js';
import type { AdapterName } from '../../support/http.js';
import { VOCABULARY } from './identity-database.js';

const TENANTS = ['foo', 'bar'] as const;
/** Cheap hashes, and a password that the policy accepts. */
export const CHEAP = { memoryKib: 8_192, passes: 1 };
export const PASSWORD = 'marble-otter-quince-42';

/** Takes the principal from a header, in place of a log-in. */
@Injectable()
class HeaderGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{
      headers: Record<string, string | undefined>;
      user?: IdentityPrincipal;
    }>();
    const { principal } = request.headers;
    if (principal !== undefined) request.user = JSON.parse(principal) as IdentityPrincipal;
    return true;
  }
}

@Controller('t/:domain/projects')
@RequirePermission('projects:read')
class ProjectsController {
  @Get()
  list(): string[] {
    return [];
  }

  @Get('new')
  @RequirePermission('projects:write')
  add(): string[] {
    return [];
  }
}

@Controller('t/:domain/tenants')
class TenantsController {
  @Get()
  @RequirePermission('tenants:create')
  list(): string[] {
    return [];
  }
}

export interface IdentityApp {
  readonly app: INestApplication;
  readonly accounts: Accounts;
  readonly roles: Roles;
  /** Adds an account with these permissions, by a role of its own; `admin` = the administrator. */
  add(tenantId: string, name: string, permissions: readonly string[] | 'admin'): Promise<IdentityPrincipal>;
}

export const TEST_SECRET = 'a-secret-of-the-tests-of-32-characters';

interface Settings {
  readonly clock?: Clock | undefined;
  readonly now?: (() => number) | undefined;
  readonly sessions?: Partial<SessionOptions> | undefined;
}

type Imports = NonNullable<Parameters<typeof Module>[0]['imports']>;

function identityModules(store: IdentityStore, { clock, now, sessions }: Settings): Imports {
  const catalog = new InMemoryTenantCatalog(TENANTS.map((id) => ({ id, domain: `${id}.com` })));
  return [
    MultitenancyModule.forRoot({ catalog, resolvers: [fromPath({ prefix: 't' })] }),
    IdentityModule.forRoot({
      vocabulary: VOCABULARY,
      store,
      passwords: { cost: CHEAP },
      sessions: { secret: TEST_SECRET, ...(now === undefined ? {} : { now }), ...sessions },
      ...(clock === undefined ? {} : { clock }),
    }),
  ];
}

/** An application whose routes require permissions. The caller closes it. */
export async function startIdentityApp(
  store: IdentityStore,
  adapter: AdapterName,
  controllers: readonly Type[] = [ProjectsController, TenantsController],
  clock?: Clock,
  now?: () => number,
  sessions?: Partial<SessionOptions>,
): Promise<IdentityApp> {
  @Module({
    imports: identityModules(store, { clock, now, sessions }),
    controllers: [...controllers],
    providers: [{ provide: APP_GUARD, useClass: HeaderGuard }],
  })
  class IdentityAppModule {}

  const app = await startApp(IdentityAppModule, adapter);
  const [accounts, roles] = [app.get(Accounts), app.get(Roles)];
  const add: IdentityApp['add'] = async (tenantId, name, permissions) => {
    const role = permissions === 'admin' ? 'admin' : `role-of-${name}`;
    if (permissions === 'admin') await roles.addAdministrator(tenantId);
    else await roles.add(tenantId, { name: role, permissions }, APPLICATION);
    const added = await accounts.add(tenantId, { name, password: PASSWORD, roles: [role] }, APPLICATION);
    return principalOf(tenantId, added);
  };
  return { app, accounts, roles, add };
}

export function principalOf(tenantId: string, { id, name }: Account): IdentityPrincipal {
  return { tenantId, accountId: id, name };
}
