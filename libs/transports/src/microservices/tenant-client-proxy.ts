import { AsyncLocalStorage } from 'node:async_hooks';
import type { FactoryProvider, InjectionToken } from '@nestjs/common';
import { TenantMessages } from '@tenantry/core';
import { outsideScopes } from '@tenantry/core/spi';
import { Observable } from 'rxjs';
import { purposeOf } from './message-purpose.js';
import { sealedPayload } from './sealed-payload.js';

/** What is used of Nest's `ClientProxy`. */
export interface MessageClient {
  send<R, T>(pattern: unknown, data: T): Observable<R>;
  emit<R, T>(pattern: unknown, data: T): Observable<R>;
}

/**
 * Sends messages of the current tenant, through a client of Nest's that the application owns and closes. Both methods seal at the
 * time of the call: a message belongs to the tenant that it was made for, whenever `send` is subscribed to.
 *
 * Data is JSON, or a record of Nest's (`RmqRecord`, `NatsRecord`, `MqttRecord`) around it. Replies come in the async context of the call,
 * and the connection that the first message opens belongs to no context.
 */
export class TenantClientProxy {
  readonly #client: MessageClient;
  readonly #messages: TenantMessages;

  constructor(client: MessageClient, messages: TenantMessages) {
    this.#client = client;
    this.#messages = messages;
  }

  /**
   * As `ClientProxy.send`: cold, sent at subscription.
   *
   * @throws at once `MT_CONTEXT_MISSING` outside of a tenant's scope; what is wrong with the tenant
   */
  send<R = unknown, T = unknown>(pattern: unknown, data: T): Observable<R> {
    const sealed = this.#sealed(pattern, data);
    return this.#bound(() => this.#client.send<R, unknown>(pattern, sealed));
  }

  /**
   * As `ClientProxy.emit`: sent at once.
   *
   * @throws at once, as {@link send}
   */
  emit<R = unknown, T = unknown>(pattern: unknown, data: T): Observable<R> {
    const sealed = this.#sealed(pattern, data);
    const emitted = outsideScopes(() => this.#client.emit<R, unknown>(pattern, sealed));
    return this.#bound(() => emitted);
  }

  #sealed(pattern: unknown, data: unknown): unknown {
    return sealedPayload(data, (payload) => this.#messages.seal(purposeOf(pattern), payload));
  }

  /** One connection serves all tenants, and its callbacks run in the context that it was opened in. */
  #bound<R>(make: () => Observable<R>): Observable<R> {
    const inside = AsyncLocalStorage.snapshot();
    return new Observable<R>((subscriber) => {
      const observer = {
        next: (value: R) => inside(() => subscriber.next(value)),
        error: (error: unknown) => inside(() => subscriber.error(error)),
        complete: () => inside(() => subscriber.complete()),
      };
      return outsideScopes(() => make().subscribe(observer));
    });
  }
}

/** A sender of the current tenant's messages around a client of Nest's. It may be made anywhere, also in a request. */
export function tenantClient(client: MessageClient, messages: TenantMessages): TenantClientProxy {
  return new TenantClientProxy(client, messages);
}

/**
 * A provider of a {@link TenantClientProxy}, to be injected by a token of its own.
 *
 * @param token what it is injected by
 * @param client name of the client in `ClientsModule.register`, or another token of a `ClientProxy`
 */
export function provideTenantClient(token: InjectionToken, client: InjectionToken): FactoryProvider<TenantClientProxy> {
  return { provide: token, inject: [client, TenantMessages], useFactory: tenantClient };
}
