import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import type { HeldClient, ScopeClients } from './scope-clients.js';
import { TenantScope } from './tenant-scope.js';
import type { ScopeEntry } from './tenant-scope.js';

describe('a scope that takes a client on loan', () => {
  const nowhere: ResolutionOutcome = { kind: 'notApplicable', trace: [] };
  const scopeOf = (endWithWork: ScopeEntry['endWithWork']): TenantScope =>
    new TenantScope(nowhere, {} as ScopeClients, { endWithWork, hearBody: (head) => head });
  const lent = (): HeldClient & { readonly released: () => number } => {
    let released = 0;
    return { client: {}, release: () => (released += 1), released: () => released };
  };

  it('gives it back where nobody can tell the end of the work, each time', () => {
    const scope = scopeOf(() => {
      throw new TypeError('socket.once is not a function');
    });
    for (const held of [lent(), lent()]) {
      expect(() => scope.hold('db', held)).toThrow('socket.once');
      expect(held.released()).toBe(1);
      expect(scope.holds('db')).toBe(false);
    }
  });

  it('gives it back at once where the work is over already', () => {
    const scope = scopeOf((ended) => ended.end());
    const held = lent();
    expect(() => scope.hold('db', held)).toThrow(expect.objectContaining({ code: 'MT_CLIENT_NOT_ACQUIRED' }));
    expect(held.released()).toBe(1);
  });

  it('asks once for the end of the work, and then gives back all that it holds', () => {
    const asked: { end(): void }[] = [];
    const scope = scopeOf((ended) => void asked.push(ended));
    const [one, again, other] = [lent(), lent(), lent()];
    scope.hold('db', one);
    scope.hold('db', again);
    scope.hold('cache', other);
    expect([asked.length, one.released(), again.released(), other.released()]).toEqual([1, 0, 1, 0]);
    asked[0]?.end();
    asked[0]?.end();
    expect([one.released(), again.released(), other.released()]).toEqual([1, 1, 1]);
  });
});
