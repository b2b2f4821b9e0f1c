import { AsyncLocalStorage } from 'node:async_hooks';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context, ContextManager, Span, Tracer } from '@opentelemetry/api';

/** Keeps the active span as the context managers of OpenTelemetry for Node do. */
class AsyncContexts implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(active, () => fn.apply(thisArg, args));
  }
  bind<T>(_active: Context, target: T): T {
    return target;
  }
  enable(): this {
    return this;
  }
  disable(): this {
    this.#storage.disable();
    return this;
  }
}

/** What was recorded of a span. */
export interface RecordedSpan {
  readonly name: string;
  readonly attributes: Record<string, unknown>;
}

/** Registers a tracer that records in memory, with the processor given, as an SDK does. */
export class RecordedTraces {
  readonly spans: RecordedSpan[] = [];
  /** What every span throws when an attribute is set. */
  fault: Error | undefined;
  readonly #processor: { onStart(span: Span): void } | undefined;

  constructor(processor?: { onStart(span: Span): void }) {
    this.#processor = processor;
    context.setGlobalContextManager(new AsyncContexts());
    trace.setGlobalTracerProvider({ getTracer: () => this.#tracer() });
  }

  /** The attributes of the spans of a name. */
  named(name: string): Record<string, unknown>[] {
    return this.spans.filter((span) => span.name === name).map(({ attributes }) => attributes);
  }

  /** Runs a function while a new span is active, as instrumentations do. */
  async active<R>(name: string, fn: () => R): Promise<Awaited<R>> {
    const span = trace.getTracer('test').startSpan(name);
    return await context.with(trace.setSpan(context.active(), span), fn);
  }

  stop(): void {
    trace.disable();
    context.disable();
  }

  #tracer(): Tracer {
    const startSpan = (name: string): Span => {
      const recorded: RecordedSpan = { name, attributes: {} };
      this.spans.push(recorded);
      const span = {
        setAttribute: (key: string, value: unknown) => {
          if (this.fault !== undefined) throw this.fault;
          recorded.attributes[key] = value;
          return span;
        },
        spanContext: () => ({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }),
        isRecording: () => true,
        end: () => undefined,
      } as unknown as Span;
      this.#processor?.onStart(span);
      return span;
    };
    return { startSpan } as unknown as Tracer;
  }
}
