import { Controller } from '@nestjs/common';
import { ApiKeys, BearerTokens, Sessions } from '@tenantry/identity';
import type { IdentityPrincipal, SessionOptions } from '@tenantry/identity';
import { ManualClock } from '@tenantry/testing';
import { startIdentityApp } from './support/identity-app.js';
import type { IdentityApp } from './support/identity-app.js';
import { openIdentityDatabase } from './support/identity-database.js';
import type { IdentityDatabase } from './support/identity-database.js';
import { DATABASES } from '../support/orchestrator.js';

const ended = { code: 'MT_SESSION_ENDED' };
const HALF_HOUR_MS = 1_800_000;

@Controller('none')
class NoController {}

interface Node {
  readonly identity: IdentityApp;
  readonly clock: ManualClock;
  readonly sessions: Sessions;
  readonly bearer: BearerTokens;
}

describe.each(DATABASES)('log-in after inactivity on %s', (kind) => {
  let database: IdentityDatabase;
  const opened: Node[] = [];
  let touches = 0;

  /** A node has its own memory and clock; all nodes share the database. */
  const start = async (options: Partial<SessionOptions>): Promise<Node> => {
    const clock = new ManualClock();
    const counting = {
      forTenant: (tenantId: string) => {
        const tenant = database.store.forTenant(tenantId);
        const touch = (idleMs: number) => {
          touches += 1;
          return tenant.touch(idleMs);
        };
        return { ...tenant, touch };
      },
    };
    const identity = await startIdentityApp(counting, 'express', [NoController], clock, Date.now, options);
    const node = { identity, clock, sessions: identity.app.get(Sessions), bearer: identity.app.get(BearerTokens) };
    opened.push(node);
    return node;
  };
  const requireLogin = { idle: { policy: 'require-login', afterMs: HALF_HOUR_MS } } as const;
  const use = async ({ bearer }: Node, token: string): Promise<IdentityPrincipal> =>
    (await bearer.read(token)).principal();
  /** Time passes for the database, and for the clocks of the nodes. */
  const pass = async (ms: number): Promise<void> => {
    for (const { clock } of opened) clock.advance(ms);
    await database.admin.query(
      'update tenantry_identity.tenant_session set last_seen_at = last_seen_at - make_interval(secs => $1::float8 / 1000)',
      [ms],
    );
  };

  beforeAll(async () => {
    database = await openIdentityDatabase(kind);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    touches = 0;
    await database.store.forTenant('foo').removeAll();
  });
  afterEach(async () => {
    for (const { identity } of opened.splice(0)) await identity.app.close();
  });

  it('is required on every node when no person used the tenant for the time, and old tokens stay dead', async () => {
    const [a, b] = [await start(requireLogin), await start(requireLogin)];
    const alice = await a.identity.add('foo', 'alice', 'admin');
    const old = await a.sessions.open(alice);
    await use(a, old.accessToken);
    await pass(HALF_HOUR_MS + 60_000);
    await expect(use(b, old.accessToken)).rejects.toMatchObject(ended);
    await expect(use(a, old.accessToken)).rejects.toMatchObject(ended);
    await expect(a.sessions.refresh('foo', old.refreshToken)).rejects.toMatchObject(ended);
    const fresh = await b.sessions.open(alice);
    await expect(use(b, fresh.accessToken)).resolves.toMatchObject(alice);
    await expect(use(a, fresh.accessToken)).resolves.toMatchObject(alice);
    const restarted = await start(requireLogin);
    await expect(use(restarted, old.accessToken)).rejects.toMatchObject(ended);
    await expect(use(restarted, fresh.accessToken)).resolves.toMatchObject(alice);
  });

  it('is not required on a node that was not used while another one was', async () => {
    const [a, b] = [await start(requireLogin), await start(requireLogin)];
    const alice = await a.identity.add('foo', 'alice', 'admin');
    const { accessToken } = await a.sessions.open(alice);
    for (let turn = 0; turn < 6; turn += 1) {
      await pass(HALF_HOUR_MS / 2);
      await use(a, accessToken);
    }
    await expect(use(b, accessToken)).resolves.toMatchObject(alice);
  });

  it('is required once of several requests at once, on several nodes', async () => {
    const nodes = [await start(requireLogin), await start(requireLogin)];
    const [first] = nodes as [Node, Node];
    const alice = await first.identity.add('foo', 'alice', 'admin');
    const { accessToken } = await first.sessions.open(alice);
    await pass(HALF_HOUR_MS + 60_000);
    const uses = Array.from({ length: 20 }, (_, index) => use(nodes[index % 2] as Node, accessToken));
    const outcomes = await Promise.allSettled(uses);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toEqual([]);
    expect((await database.store.forTenant('foo').state()).epoch).toBe(2);
  });

  it('is never required with the policy reload, and nothing is recorded', async () => {
    const node = await start({ idle: { policy: 'reload', afterMs: HALF_HOUR_MS } });
    const alice = await node.identity.add('foo', 'alice', 'admin');
    const { accessToken } = await node.sessions.open(alice);
    await pass(10 * HALF_HOUR_MS);
    await expect(use(node, accessToken)).resolves.toMatchObject(alice);
    expect(touches).toBe(0);
  });

  it('costs one statement in a minute, or in a tenth of a shorter time', async () => {
    const node = await start(requireLogin);
    const { accessToken } = await node.sessions.open(await node.identity.add('foo', 'alice', 'admin'));
    expect(touches).toBe(1);
    for (let second = 0; second < 59; second += 1) {
      node.clock.advance(1_000);
      await use(node, accessToken);
    }
    expect(touches).toBe(1);
    node.clock.advance(1_000);
    await Promise.all([use(node, accessToken), use(node, accessToken), use(node, accessToken)]);
    expect(touches).toBe(2);
    const short = await start({ idle: { policy: 'require-login', afterMs: 100_000 } });
    await use(short, accessToken);
    short.clock.advance(9_999);
    await use(short, accessToken);
    expect(touches).toBe(3);
    short.clock.advance(1);
    await use(short, accessToken);
    expect(touches).toBe(4);
  });

  it('neither counts nor ends API keys', async () => {
    const node = await start(requireLogin);
    const alice = await node.identity.add('foo', 'alice', 'admin');
    const { accessToken } = await node.sessions.open(alice);
    const { key } = await node.identity.app.get(ApiKeys).create(alice, { name: 'ci', scopes: [] });
    for (let turn = 0; turn < 3; turn += 1) {
      await pass(HALF_HOUR_MS / 2);
      await expect(use(node, key)).resolves.toMatchObject({ accountId: alice.accountId });
    }
    await expect(use(node, accessToken)).rejects.toMatchObject(ended);
    await expect(use(node, key)).resolves.toMatchObject({ accountId: alice.accountId });
  });

  it('can be made stricter by a tenant and not looser, where the operator lets it', async () => {
    const [may, mayNot] = [await start({}), await start({ tenantMay: 'nothing' })];
    const strict = await start(requireLogin);
    const alice = await may.identity.add('foo', 'alice', 'admin');
    await may.sessions.setIdle('foo', { policy: 'require-login', afterMs: 60_000 });
    const { accessToken } = await may.sessions.open(alice);
    await pass(120_000);
    await expect(use(mayNot, accessToken)).resolves.toMatchObject(alice);
    await expect(use(may, accessToken)).rejects.toMatchObject(ended);
    await may.sessions.setIdle('foo', { policy: 'reload', afterMs: 60_000 });
    const next = await strict.sessions.open(alice);
    await pass(HALF_HOUR_MS + 60_000);
    await expect(use(strict, next.accessToken)).rejects.toMatchObject(ended);
    const bad = may.sessions.setIdle('foo', { policy: 'require-login', afterMs: 10 });
    await expect(bad).rejects.toMatchObject({ code: 'MT_OPTIONS_INVALID' });
  });
});
