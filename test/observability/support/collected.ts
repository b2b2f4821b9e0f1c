import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';

/** One series of a metric, as a metrics backend would store it. */
export interface Series {
  readonly labels: Readonly<Record<string, unknown>>;
  /** Of a counter or gauge; of a histogram, how many values it has. */
  readonly value: number;
  /** Of a histogram. */
  readonly sum: number | undefined;
}

class ManualReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  }
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

/** OpenTelemetry's own SDK, whose metrics are collected by hand. */
export class CollectedMetrics {
  readonly #reader = new ManualReader();
  readonly provider = new MeterProvider({ readers: [this.#reader] });

  /** Every series of a metric; empty where there is none. */
  async of(name: string): Promise<Series[]> {
    const { resourceMetrics, errors } = await this.#reader.collect();
    if (errors.length > 0) throw new AggregateError(errors);
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    const found = metrics.filter(({ descriptor }) => descriptor.name === name);
    return found.flatMap(({ dataPoints }) =>
      dataPoints.map(({ attributes, value }) =>
        typeof value === 'number'
          ? { labels: attributes, value, sum: undefined }
          : { labels: attributes, value: (value as { count: number }).count, sum: (value as { sum?: number }).sum },
      ),
    );
  }

  /** The sum over the series of a metric whose labels have these values. */
  async total(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const series = await this.of(name);
    const isMeant = (each: Series): boolean =>
      Object.entries(labels).every(([label, value]) => each.labels[label] === value);
    return series.filter(isMeant).reduce((sum, { value }) => sum + value, 0);
  }

  /** The names, units and descriptions of everything that is measured. */
  async descriptors(): Promise<{ name: string; unit: string }[]> {
    const { resourceMetrics } = await this.#reader.collect();
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
      metrics.map(({ descriptor: { name, unit } }) => ({ name, unit })),
    );
  }

  close(): Promise<void> {
    return this.provider.shutdown();
  }
}
