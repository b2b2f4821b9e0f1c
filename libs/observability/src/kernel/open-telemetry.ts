import type * as OpenTelemetryApi from '@opentelemetry/api';

/** The parts of `@opentelemetry/api` that are used. */
export type OpenTelemetry = Pick<
  typeof OpenTelemetryApi,
  'metrics' | 'trace' | 'createNoopMeter' | 'ProxyTracerProvider'
>;

const MISSING = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

/**
 * Loads `@opentelemetry/api`.
 *
 * @param load imports it; for tests. Default: the installed package
 * @returns `null` where it is not installed
 * @throws what it throws while it loads, for any other reason
 */
export async function loadOpenTelemetry(
  load: () => Promise<OpenTelemetry> = () => import('@opentelemetry/api'),
): Promise<OpenTelemetry | null> {
  try {
    return await load();
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Whether a tracer provider is registered: without one every span is a no-op. */
export function hasTracerProvider({ trace, ProxyTracerProvider }: OpenTelemetry): boolean {
  const provider = trace.getTracerProvider();
  if (!(provider instanceof ProxyTracerProvider)) return true;
  return provider.getDelegate() !== new ProxyTracerProvider().getDelegate();
}

/** The package itself is missing, and not something that it needs. */
function isMissing(error: unknown): boolean {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  return MISSING.has(String(code)) && String(message).includes('@opentelemetry/api');
}
