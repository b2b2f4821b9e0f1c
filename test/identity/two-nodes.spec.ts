import { Controller, Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { fromPath, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import {
  Accounts,
  ApiKeys,
  APPLICATION,
  Authorizations,
  BearerTokens,
  IdentityModule,
  Roles,
  Sessions,
} from '@tenantry/identity';
import type { IdentityPrincipal } from '@tenantry/identity';
import { pgChangeListener, TenantChangeFeed, TenantSyncModule } from '@tenantry/postgres';
import { ManualClock } from '@tenantry/testing';
import pg from 'pg';
import { startApp } from '../support/http.js';
import { until } from '../support/until.js';
import { CHEAP, PASSWORD, principalOf, TEST_SECRET } from './support/identity-app.js';
import { openIdentityDatabase, VOCABULARY } from './support/identity-database.js';
import type { IdentityDatabase } from './support/identity-database.js';

@Controller('none')
class NoController {}

interface Node {
  readonly app: INestApplication;
  readonly bearer: BearerTokens;
  readonly authorizations: Authorizations;
}

/** The clock of the nodes stands still: nothing is read again by its age, and every change comes through the log. */
async function startNode({ store, app: database, appUrl }: IdentityDatabase): Promise<Node> {
  const newClient = (): pg.Client => new pg.Client({ connectionString: appUrl });
  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]),
        resolvers: [fromPath({ prefix: 't' })],
      }),
      TenantSyncModule.forRoot({ database, listener: pgChangeListener(newClient) }),
      IdentityModule.forRoot({
        vocabulary: VOCABULARY,
        store,
        passwords: { cost: CHEAP },
        sessions: { secret: TEST_SECRET },
        clock: new ManualClock(),
      }),
    ],
    controllers: [NoController],
  })
  class NodeModule {}
  const app = await startApp(NodeModule, 'express');
  const feed = app.get(TenantChangeFeed);
  await until(() => feed.stats().listening && feed.stats().position !== null);
  return { app, bearer: app.get(BearerTokens), authorizations: app.get(Authorizations) };
}

describe('identities on two nodes', () => {
  let database: IdentityDatabase;
  let here: Node;
  let there: Node;
  let dave: IdentityPrincipal;

  beforeAll(async () => {
    database = await openIdentityDatabase('postgres');
    [here, there] = await Promise.all([startNode(database), startNode(database)]);
  });
  afterAll(async () => {
    await Promise.all([here.app.close(), there.app.close()]);
    await database.close();
  });
  beforeEach(async () => {
    await database.store.forTenant('foo').removeAll();
    await here.app.get(Roles).add('foo', { name: 'reader', permissions: ['projects:read'] }, APPLICATION);
    const account = { name: 'dave', password: PASSWORD, roles: ['reader'] };
    dave = principalOf('foo', await here.app.get(Accounts).add('foo', account, APPLICATION));
  });

  const open = async (): Promise<string> => (await here.app.get(Sessions).open(dave)).accessToken;
  const isAccepted = async (token: string): Promise<boolean> => {
    try {
      await (await there.bearer.read(token)).principal();
      return true;
    } catch {
      return false;
    }
  };
  const mayRead = async (): Promise<boolean> =>
    (await there.authorizations.missing(dave, ['projects:read'])).length === 0;
  const untilRefused = (token: string): Promise<void> => until(async () => !(await isAccepted(token)));

  it('lose a permission on the other node', async () => {
    expect(await mayRead()).toBe(true);
    await here.app.get(Roles).setPermissions('foo', 'reader', [], APPLICATION);
    await until(async () => !(await mayRead()));
  });

  it('lose a session, all of an account and all of a tenant on the other node', async () => {
    const sessions = here.app.get(Sessions);
    const [one, other] = [await open(), await open()];
    const { sessionId = '' } = await (await there.bearer.read(one)).principal();
    await sessions.end('foo', sessionId, dave.accountId);
    await untilRefused(one);
    expect(await isAccepted(other)).toBe(true);
    await sessions.endAccount('foo', dave.accountId);
    await untilRefused(other);
    const next = await open();
    await until(() => isAccepted(next));
    await sessions.endTenant('foo');
    await untilRefused(next);
  });

  it('are refused on the other node after another password, a disabled account and a removed key', async () => {
    const accounts = here.app.get(Accounts);
    const account = await accounts.find('foo', 'dave');
    const token = await open();
    expect(await isAccepted(token)).toBe(true);
    if (account !== null) await accounts.setPassword('foo', account, 'quince-otter-marble-77', APPLICATION);
    await untilRefused(token);
    const { key, id } = await here.app.get(ApiKeys).create(dave, { name: 'ci', scopes: ['projects:read'] });
    await until(() => isAccepted(key));
    await here.app.get(ApiKeys).remove(dave, id);
    await untilRefused(key);
    const last = await open();
    await until(() => isAccepted(last));
    await accounts.change('foo', 'dave', { status: 'disabled' }, APPLICATION);
    await untilRefused(last);
  });
});
