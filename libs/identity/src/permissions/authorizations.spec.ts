import { ManualClock } from '@tenantry/testing';
import type { AccountGrants } from '../port/account.js';
import type { IdentityStore, TenantIdentityStore } from '../port/identity-store.js';
import { Authorizations } from './authorizations.js';
import { PermissionSets } from './permission-set.js';
import { PermissionVocabulary } from './permission-vocabulary.js';

const MANY = Array.from({ length: 70 }, (_, index) => `things:p${index}`);
const vocabulary = new PermissionVocabulary({ permissions: MANY, platformPermissions: ['tenants:create'] });
const DAVE = { tenantId: 'foo', accountId: 'dave', name: 'dave' };

/** A store of one account per tenant that counts its reads, and can be made to wait. */
class FakeStore implements IdentityStore {
  grantsReads = 0;
  stateReads = 0;
  version = 1;
  permissions: readonly string[] = ['things:p69'];
  gate: Promise<void> = Promise.resolve();

  forTenant(): TenantIdentityStore {
    const state = () => ({ epoch: 1, version: this.version, idle: null });
    const grants = async (): Promise<AccountGrants> => {
      this.grantsReads += 1;
      const read = {
        state: state(),
        status: 'active' as const,
        epoch: 1,
        administrator: false,
        permissions: this.permissions,
        endedSessions: [],
        apiKeys: [],
      };
      await this.gate;
      return read;
    };
    const readState = async () => {
      this.stateReads += 1;
      return state();
    };
    return { state: readState, grants } as unknown as TenantIdentityStore;
  }
}

describe('permissions in memory', () => {
  let store: FakeStore;
  let clock: ManualClock;
  let authorizations: Authorizations;

  beforeEach(() => {
    store = new FakeStore();
    clock = new ManualClock();
    authorizations = new Authorizations(store, vocabulary, clock, { recheckMs: 10_000 });
  });

  it('are read once and then answered without a promise', async () => {
    expect(await authorizations.missing(DAVE, ['things:p69', 'things:p0'])).toEqual(['things:p0']);
    expect(authorizations.missing(DAVE, ['things:p69'])).toEqual([]);
    expect([store.grantsReads, store.stateReads]).toEqual([1, 0]);
  });

  it('are read again after a change of the tenant', async () => {
    await authorizations.missing(DAVE, ['things:p69']);
    store.permissions = [];
    store.version = 2;
    authorizations.invalidate('bar');
    expect(await authorizations.missing(DAVE, ['things:p69'])).toEqual([]);
    authorizations.invalidate('foo');
    expect(await authorizations.missing(DAVE, ['things:p69'])).toEqual(['things:p69']);
  });

  it('that were read while a change was announced are not kept', async () => {
    let open: () => void = () => undefined;
    store.gate = new Promise((resolve) => {
      open = resolve;
    });
    const reading = authorizations.missing(DAVE, ['things:p69']);
    store.permissions = [];
    store.version = 2;
    authorizations.invalidate('foo');
    open();
    expect(await reading).toEqual([]);
    expect(await authorizations.missing(DAVE, ['things:p69'])).toEqual(['things:p69']);
  });

  it('are compared with the version of the tenant when a notification may have been lost', async () => {
    await authorizations.missing(DAVE, ['things:p69']);
    clock.advance(10_000);
    expect(await authorizations.missing(DAVE, ['things:p69'])).toEqual([]);
    expect([store.grantsReads, store.stateReads]).toEqual([1, 1]);
    store.permissions = [];
    store.version = 2;
    clock.advance(9_999);
    expect(await authorizations.missing(DAVE, ['things:p69'])).toEqual([]);
    clock.advance(1);
    expect(await authorizations.missing(DAVE, ['things:p69'])).toEqual(['things:p69']);
  });

  it('of an account are not found under another tenant', async () => {
    await authorizations.missing(DAVE, ['things:p69']);
    store.permissions = [];
    expect(await authorizations.missing({ ...DAVE, tenantId: 'bar' }, ['things:p69'])).toEqual(['things:p69']);
  });

  it('never include a platform permission in a tenant, nor one that the code does not know', async () => {
    store.permissions = ['tenants:create', 'gone:away'];
    expect(await authorizations.missing(DAVE, ['tenants:create', 'gone:away'])).toEqual([
      'tenants:create',
      'gone:away',
    ]);
    expect(await authorizations.held(DAVE)).toEqual([]);
    expect(await authorizations.held({ ...DAVE, tenantId: 'super' })).toEqual(['tenants:create']);
  });
});

describe('sets of permissions', () => {
  it('of the same content are one object, and hold exactly what they were made of', () => {
    const sets = new PermissionSets(MANY);
    const some = sets.of(['things:p0', 'things:p31', 'things:p32', 'things:p69', 'not:known']);
    expect(sets.of(['things:p69', 'things:p32', 'things:p31', 'things:p0'])).toBe(some);
    expect(sets.of(['things:p0'])).not.toBe(some);
    expect(MANY.filter((_, index) => some.has(index))).toEqual(['things:p0', 'things:p31', 'things:p32', 'things:p69']);
    expect([some.has(70), some.has(500)]).toEqual([false, false]);
    expect(sets.size).toBe(2);
  });
});

describe('the vocabulary of permissions', () => {
  it.each(['read', 'Projects:read', 'a:b:c', 'a: b', '', '*', '\u0430:b'])('refuses the name %j', (name) => {
    expect(() => new PermissionVocabulary({ permissions: [name] })).toThrow(
      expect.objectContaining({ code: 'MT_OPTIONS_INVALID' }),
    );
  });

  it('refuses a name twice', () => {
    const options = { permissions: ['a:b'], platformPermissions: ['a:b'] };
    expect(() => new PermissionVocabulary(options)).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID' }));
  });
});
