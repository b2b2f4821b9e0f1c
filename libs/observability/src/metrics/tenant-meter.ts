import type { FaultLog } from '../kernel/fault-log.js';
import type { MeterShape, MetricAttributes, ObservableCallbackShape, ObservableShape } from '../kernel/meter-shapes.js';

/** Reports one value of an observed metric. */
export type Observe = (value: number, attributes?: MetricAttributes) => void;

/** Seconds: from 5 ms to 10 s, as the semantic conventions of HTTP have them. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * The instruments of one application. Whatever an SDK throws is logged and goes no further. Every measurement has the
 * application's own attributes.
 */
export class TenantMeter {
  readonly #meter: MeterShape;
  readonly #attributes: MetricAttributes;
  readonly #faults: FaultLog;
  readonly #closers: (() => void)[] = [];

  constructor(meter: MeterShape, attributes: MetricAttributes, faults: FaultLog) {
    this.#meter = meter;
    this.#attributes = attributes;
    this.#faults = faults;
  }

  /** @returns adds 1 */
  counter(name: string, description: string): (attributes: MetricAttributes) => void {
    const counter = this.#make(name, () => this.#meter.createCounter(name, { description }));
    return (attributes) => this.#faults.guard(name, () => counter?.add(1, { ...this.#attributes, ...attributes }));
  }

  /** A histogram in seconds. @returns records one duration, in milliseconds */
  duration(name: string, description: string): (durationMs: number, attributes: MetricAttributes) => void {
    const options = { description, unit: 's', advice: { explicitBucketBoundaries: DURATION_BUCKETS } };
    const histogram = this.#make(name, () => this.#meter.createHistogram(name, options));
    return (durationMs, attributes) =>
      this.#faults.guard(name, () => histogram?.record(durationMs / 1_000, { ...this.#attributes, ...attributes }));
  }

  /** A gauge that is asked at each collection. */
  gauge(name: string, description: string, ask: (observe: Observe) => void, unit?: string): void {
    const options = { description, ...(unit !== undefined && { unit }) };
    this.#observe(name, () => this.#meter.createObservableGauge(name, options), ask);
  }

  /** A counter whose total is kept elsewhere and asked for at each collection. */
  total(name: string, description: string, ask: (observe: Observe) => void): void {
    this.#observe(name, () => this.#meter.createObservableCounter(name, { description }), ask);
  }

  /** Stops observing. Idempotent. */
  close(): void {
    for (const close of this.#closers.splice(0)) this.#faults.guard('An OpenTelemetry instrument', close);
  }

  #observe(name: string, make: () => ObservableShape, ask: (observe: Observe) => void): void {
    const observable = this.#make(name, make);
    const callback: ObservableCallbackShape = (result) =>
      this.#faults.guard(name, () =>
        ask((value, attributes) => result.observe(value, { ...this.#attributes, ...attributes })),
      );
    this.#faults.guard(name, () => observable?.addCallback(callback));
    this.#closers.push(() => observable?.removeCallback(callback));
  }

  #make<I>(name: string, make: () => I): I | undefined {
    try {
      return make();
    } catch (error) {
      this.#faults.report(name, error);
      return undefined;
    }
  }
}
