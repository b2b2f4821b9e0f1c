import { Controller, Get, Injectable, Module, Post, UnauthorizedException, UseGuards } from '@nestjs/common';
import type { CanActivate, ExecutionContext, INestApplication } from '@nestjs/common';
import { transformFileSync } from '@swc/core';
import {
  fromHeader,
  fromHost,
  fromJwtClaim,
  fromPath,
  fromUsername,
  InMemoryTenantCatalog,
  MultitenancyModule,
  SuperTenantOnly,
  TENANT_AUDIT_CHANNEL,
  TenantContext,
  TenantMembershipGuard,
} from '@tenantry/core';
import { TenantApplication } from '@tenantry/core/spi';
import type { TenantAuditEvent } from '@tenantry/core';
import type { PublishedAuditEvent } from '@tenantry/core/spi';
import { spawnSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ADAPTERS, call, startApp } from '../support/http.js';

const CANARY = 'canary-5f3a';
const TOKEN = `token.${CANARY}.signature`;

const catalog = new InMemoryTenantCatalog([
  { id: 'foo', domain: 'foo.com', settings: { secret: CANARY } },
  { id: 'bar', domain: 'bar.com', settings: { secret: CANARY } },
]);

/** Acts as the application's authentication: a header names the user’s tenant; without it there is no user. */
@Injectable()
class SignedIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: object }>();
    const tenant = request.headers['x-user-of'];
    if (tenant === undefined) throw new UnauthorizedException();
    request.user = { tenant, password: CANARY };
    return true;
  }
}

@Controller('t/:domain/things')
class ThingsController {
  @Get()
  @UseGuards(SignedIn, TenantMembershipGuard)
  members(): object {
    return { ok: true };
  }

  @Post('log-in')
  logIn(): object {
    return { ok: true };
  }
}

@Controller(['operator', 't/:domain/operator'])
@SuperTenantOnly()
class OperatorController {
  constructor(private readonly context: TenantContext) {}

  @Get()
  read(): object {
    return { ok: true };
  }

  @Post()
  async repair(): Promise<object> {
    return { tenant: await this.context.runAsSuperTenant(() => this.context.tenant.id) };
  }
}

@Module({
  imports: [
    MultitenancyModule.forRoot({
      catalog,
      resolvers: [
        fromHost(),
        fromPath(),
        fromHeader({ name: 'X-Tenant', trustedProxies: ['loopback'] }),
        fromUsername({ paths: ['/t/foo.com/things/log-in'] }),
        fromJwtClaim({ claim: 'tid', verify: (token) => ({ tid: 'bar', secret: token }) }),
      ],
      membership: (principal, { id }) => (principal as { tenant: string }).tenant === id,
    }),
  ],
  controllers: [ThingsController, OperatorController],
})
class AppModule {}

describe.each(ADAPTERS)('the audit channel on %s', (adapter) => {
  const events: TenantAuditEvent[] = [];
  let applicationIds = new Set<unknown>();
  const listen = (event: unknown): void => {
    const { applicationId, ...rest } = event as PublishedAuditEvent;
    applicationIds.add(applicationId);
    events.push(rest);
  };
  let app: INestApplication;

  beforeAll(async () => {
    app = await startApp(AppModule, adapter);
    subscribe(TENANT_AUDIT_CHANNEL, listen);
  });
  afterAll(async () => {
    unsubscribe(TENANT_AUDIT_CHANNEL, listen);
    await app.close();
  });
  beforeEach(() => {
    events.length = 0;
    applicationIds = new Set();
  });
  afterEach(() => expect([...applicationIds]).toEqual([app.get(TenantApplication).id]));
  afterEach(() => expect(JSON.stringify(events)).not.toContain(CANARY));

  it('reports once two tenants in the head of a request, with what each resolver read', async () => {
    const headers = { host: 'bar.com', authorization: `Bearer ${TOKEN}` };
    expect((await call(app, '/t/foo.com/things', { headers })).status).toBe(403);
    const named = (resolver: string, trust: string, identifier: string, tenantId: string): object => ({
      resolver,
      trust,
      answer: 'resolved',
      identifier,
      tenantId,
    });
    expect(events).toEqual([
      {
        type: 'conflict',
        transport: 'http',
        remoteAddress: expect.stringContaining('127.0.0.1'),
        trace: [
          named('host', 'network', 'bar.com', 'bar'),
          named('path', 'network', 'foo.com', 'foo'),
          { resolver: 'header x-tenant', trust: 'proxy', answer: 'notApplicable' },
          named('token claim tid', 'verified', 'bar', 'bar'),
        ],
      },
    ]);
  });

  it('reports once a user name in the body that is of another tenant than the path', async () => {
    const path = '/t/foo.com/things/log-in';
    const body = { username: 'ann@bar.com', password: CANARY };
    expect((await call(app, path, { method: 'POST', body })).status).toBe(403);
    expect(events).toMatchObject([{ type: 'conflict', transport: 'http' }]);
    expect(events[0]).toMatchObject({
      trace: expect.arrayContaining([
        expect.objectContaining({ resolver: 'path', tenantId: 'foo' }),
        expect.objectContaining({ resolver: 'user name in username', identifier: 'bar.com', tenantId: 'bar' }),
      ]),
    });
    events.length = 0;
    const own = { username: 'ann@foo.com', password: CANARY };
    expect((await call(app, path, { method: 'POST', body: own })).status).toBe(201);
    expect(events).toEqual([]);
  });

  it('reports a principal that is no member, and the tenant it addressed', async () => {
    const things = (headers: Record<string, string>): Promise<{ status: number }> =>
      call(app, '/t/foo.com/things', { headers });
    expect((await things({ 'x-user-of': 'bar' })).status).toBe(403);
    expect(events).toEqual([
      { type: 'forbidden', transport: 'http', handler: 'ThingsController.members', tenantId: 'foo' },
    ]);
    events.length = 0;
    expect((await things({ 'x-user-of': 'foo' })).status).toBe(200);
    expect((await things({})).status).toBe(401);
    expect(events).toEqual([]);
  });

  it.each<[string, string, Record<string, string>, string | undefined]>([
    ['no tenant', '/operator', {}, undefined],
    ['a tenant', '/operator', { 'x-tenant': 'foo' }, 'foo'],
    ['a client that merely addresses the super tenant’s path', '/t/super/operator', {}, 'super'],
  ])('reports %s at a route of the super tenant', async (_who, path, headers, tenantId) => {
    expect((await call(app, path, { headers })).status).toBe(403);
    expect(events).toEqual([{ type: 'forbidden', transport: 'http', handler: 'OperatorController.read', tenantId }]);
  });

  it('reports what the super tenant does, by its routes and by runAsSuperTenant', async () => {
    const headers = { 'x-tenant': 'super' };
    expect((await call(app, '/operator', { headers })).status).toBe(200);
    expect((await call(app, '/operator', { method: 'POST', headers })).json).toEqual({ tenant: 'super' });
    const byRoute = { type: 'superTenantAction', transport: 'http' };
    expect(events).toEqual([
      { ...byRoute, handler: 'OperatorController.read' },
      { ...byRoute, handler: 'OperatorController.repair' },
      { type: 'superTenantAction', transport: 'job', handler: 'runAsSuperTenant' },
    ]);
    events.length = 0;
    await app.get(TenantContext).run('SUPER', () => undefined);
    expect(events).toEqual([{ type: 'superTenantAction', transport: 'job', handler: 'runAsSuperTenant' }]);
  });
});

describe('a subscriber that throws', () => {
  const compiled = (file: string): string =>
    transformFileSync(`libs/core/src/${file}`, {
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
    }).code;
  // One module of both files, without the import between them.
  const code = [compiled('kernel/outside-scopes.ts'), compiled('observability/audit/tenant-audit.ts')]
    .join('\n')
    .replace(/^import .* from '\.\.\/.*$/m, '');
  const run = (setUp: string): { status: number | null; stdout: string; stderr: string } => {
    const script = `${code}
      import { subscribe } from 'node:diagnostics_channel';
      ${setUp}
      subscribe(TENANT_AUDIT_CHANNEL, () => { throw new Error('of the subscriber'); });
      subscribe(TENANT_AUDIT_CHANNEL, ({ type }) => console.log('another received ' + type));
      publishAudit({ type: 'superTenantAction', transport: 'job', handler: 'x' }, 'app-1');
      console.log('the work continues');`;
    return spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  };

  it('harms neither the work nor other subscribers; Node reports it as an uncaught exception', () => {
    const { status, stdout } = run(
      `process.on('uncaughtException', ({ message }) => console.log('uncaught ' + message));`,
    );
    expect(stdout.trim().split('\n')).toEqual([
      'another received superTenantAction',
      'the work continues',
      'uncaught of the subscriber',
    ]);
    expect(status).toBe(0);
  });

  it('ends a process that has no handler for those, after the running code', () => {
    const { status, stdout, stderr } = run('');
    expect(stdout).toContain('the work continues');
    expect(stderr).toContain('of the subscriber');
    expect(status).toBe(1);
  });
});
