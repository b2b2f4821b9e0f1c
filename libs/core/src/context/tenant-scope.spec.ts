import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import type { Tenant } from '../tenant/tenant.js';
import { TenantScopeEndedError } from '../errors/scope.errors.js';
import type { HeldClient, ScopeClients } from './scope-clients.js';
import { TenantScope } from './tenant-scope.js';
import type { ScopeEntry } from './tenant-scope.js';

const NOWHERE: ResolutionOutcome = { kind: 'notApplicable', trace: [] };

function scopeOf(entry: Partial<ScopeEntry> = {}, outcome: ResolutionOutcome = NOWHERE): TenantScope {
  const home = { clients: {} as ScopeClients, open: () => scope, closed: () => undefined, refusalOf: () => null };
  const scope: TenantScope = new TenantScope(outcome, home, {
    carrier: {},
    beforeLease: () => undefined,
    evaluateAgain: (known) => known,
    interrupt: () => undefined,
    ...entry,
  });
  return scope;
}

function leased(isClosed = false): HeldClient & { readonly released: () => number } {
  let released = 0;
  return { client: {}, isClosed, release: () => (released += 1), released: () => released };
}

describe('a scope that leases a client', () => {
  it('releases it where the end of the work cannot be seen, each time', () => {
    const scope = scopeOf({
      beforeLease: () => {
        throw new TypeError('socket.once is not a function');
      },
    });
    for (const held of [leased(), leased()]) {
      expect(() => scope.hold('db', held)).toThrow('socket.once');
      expect(held.released()).toBe(1);
      expect(scope.holds('db')).toBe(false);
    }
  });

  it('releases it at once where the work is over already', () => {
    const scope = scopeOf({ beforeLease: () => scope.end() });
    const held = leased();
    expect(() => scope.hold('db', held)).toThrow(expect.objectContaining({ code: 'MT_CLIENT_NOT_ACQUIRED' }));
    expect(held.released()).toBe(1);
  });

  it('releases all that it holds when it ends, once', () => {
    const beforeLease = jest.fn();
    const scope = scopeOf({ beforeLease });
    const [one, again, other] = [leased(), leased(), leased()];
    scope.hold('db', one);
    scope.hold('db', again);
    scope.hold('cache', other);
    expect([beforeLease.mock.calls.length, one.released(), again.released(), other.released()]).toEqual([1, 0, 1, 0]);
    scope.end();
    scope.end();
    expect([one.released(), again.released(), other.released()]).toEqual([1, 1, 1]);
  });

  it('never gives one that has been closed while in use', () => {
    const scope = scopeOf();
    scope.hold('db', leased(true));
    expect(() => scope.client('db')).toThrow(expect.objectContaining({ code: 'MT_CLIENT_NOT_ACQUIRED' }));
  });
});

describe('the signal of a scope', () => {
  const gone = new TenantScopeEndedError('the tenant is gone');

  it('fires once, with the first reason, and interrupts the work', () => {
    const interrupt = jest.fn();
    const scope = scopeOf({ interrupt });
    const { signal } = scope;
    scope.abort(gone);
    scope.abort(new TenantScopeEndedError('another reason'));
    expect([signal.aborted, signal.reason, interrupt.mock.calls.length]).toEqual([true, gone, 1]);
  });

  it('has fired when it is read later', () => {
    const scope = scopeOf();
    scope.abort(gone);
    expect(scope.signal.reason).toBe(gone);
  });

  it('does not fire for a scope that has ended in the ordinary way', () => {
    const scope = scopeOf();
    const { signal } = scope;
    scope.end();
    scope.abort(gone);
    expect(signal.aborted).toBe(false);
    expect(() => scope.assertOpen()).toThrow(expect.objectContaining({ code: 'MT_SCOPE_ENDED' }));
  });
});

describe('a scope that is evaluated again', () => {
  it('shares one evaluation among guards that run at the same time', async () => {
    const foo = { id: 'foo' } as Tenant;
    const evaluateAgain = jest.fn(async (): Promise<ResolutionOutcome> => ({
      kind: 'resolved',
      tenant: foo,
      trust: 'network',
      trace: [],
    }));
    const scope = scopeOf({ evaluateAgain });
    await Promise.all([scope.complete(), scope.complete()]);
    expect([evaluateAgain.mock.calls.length, scope.tenant]).toEqual([1, foo]);
  });
});
