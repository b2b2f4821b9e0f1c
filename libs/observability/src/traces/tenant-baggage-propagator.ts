import { currentTenantId } from '@tenantry/core';

/** The part of OpenTelemetry's `TextMapPropagator` that is used. `C` is its `Context`, `I` and `E` its setter and getter. */
export interface PropagatorShape<C, I, E> {
  inject(context: C, carrier: unknown, setter: I): void;
  extract(context: C, carrier: unknown, getter: E): C;
  fields(): string[];
}

interface BaggageShape<B> {
  setEntry(key: string, entry: { value: string }): B;
}

/** The part of `propagation` of `@opentelemetry/api` that is used. */
export interface BaggageApiShape<C, B extends BaggageShape<B>> {
  getBaggage(context: C): B | undefined;
  createBaggage(): B;
  setBaggage(context: C, baggage: B): C;
}

/**
 * Off unless it is installed: adds the current tenant's id to the baggage of outgoing requests, by a propagator of baggage
 * such as `W3CBaggagePropagator`. Every service that is called sees it. What comes in is left to that propagator and names no
 * tenant here: any client can send baggage.
 */
export class TenantBaggagePropagator<C, I, E, B extends BaggageShape<B>> implements PropagatorShape<C, I, E> {
  readonly #inner: PropagatorShape<C, I, E>;
  readonly #api: BaggageApiShape<C, B>;
  readonly #key: string;

  /**
   * @param inner writes and reads the header
   * @param api `propagation` of `@opentelemetry/api`
   * @param key name of the entry. Default `tenant.id`
   */
  constructor(inner: PropagatorShape<C, I, E>, api: BaggageApiShape<C, B>, key = 'tenant.id') {
    this.#inner = inner;
    this.#api = api;
    this.#key = key;
  }

  inject(context: C, carrier: unknown, setter: I): void {
    const tenantId = currentTenantId();
    if (tenantId === undefined) return this.#inner.inject(context, carrier, setter);
    const baggage = this.#api.getBaggage(context) ?? this.#api.createBaggage();
    const named = this.#api.setBaggage(context, baggage.setEntry(this.#key, { value: tenantId }));
    this.#inner.inject(named, carrier, setter);
  }

  extract(context: C, carrier: unknown, getter: E): C {
    return this.#inner.extract(context, carrier, getter);
  }

  fields(): string[] {
    return this.#inner.fields();
  }
}
