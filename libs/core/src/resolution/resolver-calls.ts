import { Logger } from '@nestjs/common';
import { MultitenancyError } from '../errors/multitenancy.error.js';
import { quote } from '../errors/quote.js';
import { TenantResolverFailedError } from '../errors/usage.errors.js';
import { isPromise } from '../kernel/maybe-promise.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import { checkedAnswer, rejected } from './tenant-resolver.js';
import type { ResolverAnswer, TenantResolver } from './tenant-resolver.js';
import type { TenantRequest } from './tenant-request.js';
import { UserReadWatch } from './user-read-watch.js';

const USER_HINT =
  'It reads request.user, which is not set yet: resolvers run before your guards. Read a verified token with ' +
  'fromJwtClaim() instead, check the principal with the option membership, or set request.user in middleware.';

/** Calls resolvers: what one throws becomes a rejection, and one that needs the signed-in user too early gets a hint. */
export class ResolverCalls {
  readonly #hinted = new WeakSet<TenantResolver>();
  readonly #logger = new Logger('Multitenancy');

  /** Never throws and never rejects. */
  ask(resolver: TenantResolver, request: TenantRequest): MaybePromise<ResolverAnswer> {
    if (resolver.phase !== 'body') return answerOf(resolver, () => resolver.resolve(request));
    const watch = new UserReadWatch(request.platformRequest);
    const hint = (): string | undefined => (watch.isRead ? USER_HINT : undefined);
    const answer = answerOf(resolver, () => resolver.resolve(request), hint);
    // What it reads after its first await is not seen: by then the request belongs to others too.
    watch.stop();
    if (watch.isRead && !(answer instanceof Promise) && answer.kind === 'notApplicable') this.#hint(resolver);
    return answer;
  }

  #hint(resolver: TenantResolver): void {
    if (this.#hinted.has(resolver)) return;
    this.#hinted.add(resolver);
    this.#logger.warn(`The tenant resolver ${quote(resolver.name)} found no tenant. ${USER_HINT} Logged once.`);
  }
}

function answerOf(
  resolver: TenantResolver,
  resolve: () => MaybePromise<ResolverAnswer>,
  hint: () => string | undefined = () => undefined,
): MaybePromise<ResolverAnswer> {
  const failed = (error: unknown): ResolverAnswer =>
    rejected(error instanceof MultitenancyError ? error : new TenantResolverFailedError(resolver.name, error, hint()));
  try {
    const answer = resolve();
    return isPromise(answer) ? Promise.resolve(answer).then(checkedAnswer, failed) : checkedAnswer(answer);
  } catch (error) {
    return failed(error);
  }
}
