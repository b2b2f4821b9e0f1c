import { TenantScopeEndedError } from '@tenantry/core';
import type { OpenTenantScope } from '@tenantry/core/spi';
import { defer, from, mergeMap, Observable } from 'rxjs';

/**
 * What runs in a scope from its subscription to its teardown, so that a stream of replies keeps its tenant and clients.
 * The scope ends with it: completed, failed or unsubscribed. In the last case its `signal` fires: the caller has gone.
 */
export function inScope<T>(scope: OpenTenantScope, make: () => Observable<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    let isOver = false;
    // An observer of its own: the teardown of the source then runs in the scope too, and before it ends.
    const subscription = scope.run(() =>
      defer(() => begin(scope, make)).subscribe({
        next: (value) => subscriber.next(value),
        error: (error) => ((isOver = true), subscriber.error(error)),
        complete: () => ((isOver = true), subscriber.complete()),
      }),
    );
    return () => {
      if (!isOver) scope.abort(new TenantScopeEndedError('the caller of the message has unsubscribed'));
      scope.run(() => subscription.unsubscribe());
      scope.end();
    };
  });
}

/** The scope hooks come first. */
function begin<T>(scope: OpenTenantScope, make: () => Observable<T>): Observable<T> {
  const begun = scope.begin();
  return begun === undefined ? make() : from(begun).pipe(mergeMap(make));
}
