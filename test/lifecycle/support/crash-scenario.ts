import { LifecycleParticipants, TenantLifecycle } from '@tenantry/lifecycle';
import type { Participant, TenantProvisioner } from '@tenantry/lifecycle';
import type { TenantLifecycleStore } from '@tenantry/lifecycle/spi';
import type { SqlSession } from '@tenantry/postgres';

/** Where the effects of the provisioners are, and each of their runs. */
export const SCENARIO_TABLES = `
  create table effects (tenant text, part text, primary key (tenant, part));
  create table runs (tenant text, part text);
  grant select, insert, delete on effects, runs to public;`;

/** Called with the name of each point at which a process may die. */
export type CrashPoint = (point: string) => void;

/** A lifecycle with two provisioners, `users` and `cloud`, and a listener, `audit`, all of whose doings are in the database. */
export function scenario(
  store: TenantLifecycleStore,
  session: SqlSession,
  at: CrashPoint = () => undefined,
  fails = false,
): TenantLifecycle {
  const run = (tenant: string, part: string): Promise<unknown> =>
    session.query('insert into runs values ($1, $2)', [tenant, part]);
  const add = (tenant: string, part: string): Promise<unknown> =>
    session.query('insert into effects values ($1, $2) on conflict do nothing', [tenant, part]);
  const drop = (tenant: string, part: string): Promise<unknown> =>
    session.query('delete from effects where tenant = $1 and part = $2', [tenant, part]);
  const part = (name: string): Participant<TenantProvisioner> => {
    const halves = async (method: string, tenant: string, act: typeof add): Promise<void> => {
      await run(tenant, `${method}:${name}`);
      await act(tenant, `${name} 1`);
      at(`during ${method}:${name}`);
      await act(tenant, `${name} 2`);
    };
    const provision = async ({ tenant }: { tenant: { id: string } }): Promise<void> => {
      await halves('provision', tenant.id, add);
      if (fails && name === 'cloud') throw new Error('down');
    };
    return {
      name,
      instance: {
        provision,
        undo: ({ tenant }) => halves('undo', tenant.id, drop),
        remove: ({ tenant }) => halves('remove', tenant.id, drop),
      },
    };
  };
  const notified = ({ tenant }: { tenant: { id: string } }): Promise<unknown> => run(tenant.id, 'after:audit');
  const listeners = [{ name: 'audit', instance: { afterCreate: notified, afterDelete: notified } }];
  const participants = new LifecycleParticipants(listeners, [part('users'), part('cloud')]);
  return new TenantLifecycle({ store, drainTimeoutMs: 0, maxAttempts: 1 }, { participants: () => participants });
}

/** A store that comes to a crash point before and after each thing that it records. */
export function crashing(store: TenantLifecycleStore, at: CrashPoint): TenantLifecycleStore {
  const around = async <R>(what: string, record: () => Promise<R>): Promise<R> => {
    at(`before ${what}`);
    const result = await record();
    at(`after ${what}`);
    return result;
  };
  return {
    findTenant: (id) => store.findTenant(id),
    find: (id) => store.find(id),
    findByRequestKey: (key, fingerprint) => store.findByRequestKey(key, fingerprint),
    begin: (operation, leaseMs) => around('begin', () => store.begin(operation, leaseMs)),
    claimDue: (leaseMs) => store.claimDue(leaseMs),
    reopen: (id, leaseMs) => store.reopen(id, leaseMs),
    renew: (claim, leaseMs) => store.renew(claim, leaseMs),
    save: (claim, patch) => around(patch.finish ?? patch.step ?? 'release', () => store.save(claim, patch)),
    undoDelete: (id) => store.undoDelete(id),
  };
}
