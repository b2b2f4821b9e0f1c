/** Attributes of a measurement. */
export type MetricAttributes = Readonly<Record<string, string>>;

/** What an observable instrument reports to. */
interface ObservableResultShape {
  observe(value: number, attributes?: MetricAttributes): void;
}

/** Called at each collection. */
export type ObservableCallbackShape = (result: ObservableResultShape) => void;

/** An instrument that is asked at each collection. */
export interface ObservableShape {
  addCallback(callback: ObservableCallbackShape): void;
  removeCallback(callback: ObservableCallbackShape): void;
}

/** Options of an instrument. */
interface InstrumentOptions {
  readonly description: string;
  readonly unit?: string;
  readonly advice?: { explicitBucketBoundaries?: number[] };
}

/** The part of OpenTelemetry's `Meter` that is used. */
export interface MeterShape {
  createCounter(name: string, options: InstrumentOptions): { add(value: number, attributes?: MetricAttributes): void };
  createHistogram(
    name: string,
    options: InstrumentOptions,
  ): { record(value: number, attributes?: MetricAttributes): void };
  createObservableGauge(name: string, options: InstrumentOptions): ObservableShape;
  createObservableCounter(name: string, options: InstrumentOptions): ObservableShape;
}

/** The part of OpenTelemetry's `MeterProvider` that is used. */
export interface MeterProviderShape {
  getMeter(name: string): MeterShape;
}
