import { TenantScopeEndedError } from '@tenantry/core';
import type { MultitenancyError, ResolutionOutcome, TenantId } from '@tenantry/core';
import type { OpenTenantScope, TenantScopes } from '@tenantry/core/spi';
import { Observable, ReplaySubject, takeUntil } from 'rxjs';
import type { SocketPlatform } from './socket-platform.js';
import type { SocketProblem } from './socket-problem.js';

/** What a connection is made of. */
export interface ConnectionParts {
  readonly client: object;
  readonly platform: SocketPlatform;
  readonly scopes: TenantScopes;
  /** What a client receives for an error. */
  readonly problemOf: (error: MultitenancyError) => SocketProblem;
  /** What the handshake said: a tenant that is served, or none. */
  readonly handshake: ResolutionOutcome;
}

/** One open socket: the tenant that its handshake named, for its whole life, and the scopes of its messages. */
export class TenantConnection {
  readonly #parts: ConnectionParts;
  readonly #open = new Set<OpenTenantScope>();
  readonly #cut = new ReplaySubject<void>(1);
  #outcome: ResolutionOutcome;
  #turn: Promise<unknown> = Promise.resolve();
  #gone = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#outcome = parts.handshake;
  }

  get client(): object {
    return this.#parts.client;
  }

  /** The tenant's id; `undefined` = the handshake named none. */
  get tenantId(): TenantId | undefined {
    const { handshake } = this.#parts;
    return handshake.kind === 'resolved' ? handshake.tenant.id : undefined;
  }

  /** Of the application that it is open to; for audit events. */
  get applicationId(): string | undefined {
    return this.#parts.scopes.applicationId;
  }

  /** Whether the socket has closed. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Looks the tenant up again. Answers come in the order of the questions, so that messages start in theirs. */
  async lookUp(): Promise<ResolutionOutcome> {
    const answer = this.#ask();
    const turn = this.#turn.then(() => answer);
    this.#turn = turn;
    const outcome = await turn;
    if (outcome.kind === 'resolved') this.#outcome = outcome;
    return outcome;
  }

  /** Opens a scope that ends with the socket at the latest. */
  open(outcome: ResolutionOutcome): OpenTenantScope {
    const scope = this.#parts.scopes.open(outcome);
    const opened: OpenTenantScope = { ...scope, end: () => (this.#open.delete(opened) ? scope.end() : undefined) };
    this.#open.add(opened);
    if (this.#gone) opened.end();
    return opened;
  }

  /** Runs what Nest calls on a socket's beginning and end, for the tenant as it was last known. */
  run(fn: () => void): void {
    const scope = this.#parts.scopes.open(this.#outcome);
    try {
      scope.run(fn);
    } finally {
      scope.end();
    }
  }

  /** A stream whose source works in the scope. The scope ends with it; the stream ends with the socket. */
  stream<T>(scope: OpenTenantScope, source: Observable<T>): Observable<T> {
    const scoped = new Observable<T>((subscriber) => {
      const inner = scope.run(() =>
        source.subscribe({
          next: (value) => subscriber.next(value),
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
      return () => {
        scope.run(() => inner.unsubscribe());
        scope.end();
      };
    });
    return scoped.pipe(takeUntil(this.#cut));
  }

  /** Sends the client the reason, and closes the socket. */
  refuse(error: MultitenancyError): void {
    const { platform, client, problemOf } = this.#parts;
    platform.refuse(client, problemOf(error));
  }

  /** The socket has closed: signals fire, streams are cut, then all scopes end. Idempotent. */
  end(): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const scope of this.#open) scope.abort(new TenantScopeEndedError('the socket has closed', this.tenantId));
    this.#cut.next();
    for (const scope of [...this.#open]) scope.end();
  }

  async #ask(): Promise<ResolutionOutcome> {
    const last = this.#outcome;
    if (last.kind !== 'resolved') return last;
    const { id, generation } = last.tenant;
    return this.#parts.scopes.outcomeOf({ id, minGeneration: generation, trust: last.trust });
  }
}
