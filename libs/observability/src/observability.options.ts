import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';
import { systemClock, OptionsInvalidError } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import { methodsOption, numberOption, objectOption, patternOption } from '@tenantry/core/spi';
import { hostname } from 'node:os';
import type { MeterProviderShape } from './kernel/meter-shapes.js';
import type { OpenTelemetry } from './kernel/open-telemetry.js';
import { TenantLabel } from './metrics/tenant-label.js';
import type { TenantLabelOption } from './metrics/tenant-label.js';

/** What `ObservabilityModule.forRoot` takes. */
export interface ObservabilityOptions {
  /**
   * Where metrics go. It stays the caller's. Default: the provider that is registered with `@opentelemetry/api` when the
   * application starts; without one, and without the package, nothing is measured. Two applications in one process take
   * one each, or have different names: else the metrics of the later one are labelled with its generated id.
   */
  readonly meterProvider?: MeterProviderShape;
  /** Label `application` of every metric: 1 to 63 letters, digits, `.`, `_` and `-`. Default: no such label. */
  readonly name?: string;
  /** Which tenants have a label value of their own. Default `{ top: 100 }`. */
  readonly tenantLabel?: TenantLabelOption;
  /** Label `node` of `tenantry.sync.lag`, 1 to 253 characters. Default: the host's name. */
  readonly node?: string;
  /** Name of the attribute that carries the tenant's id on spans, 1 to 255 characters. Default `tenant.id`. */
  readonly spanAttribute?: string;
  /** The `TenantSecrets` of this application, for its metrics and readiness. Default: none. */
  readonly secrets?: readonly object[];
  /** Milliseconds that one part of the readiness may take, 10 to 60,000. Default 2,000. */
  readonly readyTimeoutMs?: number;
  /** For tests. Default: the system's monotonic clock. */
  readonly clock?: Clock;
  /** Imports `@opentelemetry/api`; for tests. */
  readonly loadOpenTelemetry?: () => Promise<OpenTelemetry>;
}

/** What `ObservabilityModule.forRootAsync` takes. */
export interface ObservabilityAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  // Parameters are whatever `inject` names.
  readonly useFactory: (...args: never[]) => ObservabilityOptions | Promise<ObservabilityOptions>;
}

/** The options, complete and checked. */
export interface ResolvedObservabilityOptions {
  readonly meterProvider: MeterProviderShape | undefined;
  readonly name: string | undefined;
  readonly tenantLabel: TenantLabel;
  readonly node: string;
  readonly spanAttribute: string;
  readonly secrets: ReadonlySet<object>;
  readonly readyTimeoutMs: number;
  readonly clock: Clock;
  readonly loadOpenTelemetry: (() => Promise<OpenTelemetry>) | undefined;
}

const NAME = /^[A-Za-z0-9._-]{1,63}$/;
const NODE = /^\S{1,253}$/;
const ATTRIBUTE = /^[A-Za-z][A-Za-z0-9._-]{0,254}$/;

/** Fills in defaults and checks every option. @throws `MT_OPTIONS_INVALID` */
export function resolveObservabilityOptions(options: ObservabilityOptions): ResolvedObservabilityOptions {
  objectOption('ObservabilityModule.forRoot', options, 'an object of options');
  const { meterProvider, name, tenantLabel = { top: 100 }, node = hostname(), spanAttribute = 'tenant.id' } = options;
  const { clock = systemClock, readyTimeoutMs = 2_000, loadOpenTelemetry } = options;
  if (meterProvider !== undefined)
    methodsOption('meterProvider', meterProvider, ['getMeter'], 'an OpenTelemetry MeterProvider');
  return Object.freeze({
    meterProvider,
    name: name === undefined ? undefined : patternOption('name', name, NAME, '1 to 63 letters, digits, ".", "_", "-"'),
    tenantLabel: new TenantLabel(tenantLabel),
    node: patternOption('node', node, NODE, '1 to 253 characters without spaces'),
    spanAttribute: patternOption('spanAttribute', spanAttribute, ATTRIBUTE, 'an attribute name such as "tenant.id"'),
    secrets: secretsOption(options.secrets ?? []),
    readyTimeoutMs: numberOption('readyTimeoutMs', readyTimeoutMs, { min: 10, max: 60_000 }),
    clock: methodsOption('clock', clock, ['now', 'setTimer'], 'a Clock'),
    loadOpenTelemetry: loaderOption(loadOpenTelemetry),
  });
}

function secretsOption(secrets: unknown): ReadonlySet<object> {
  if (!Array.isArray(secrets)) throw new OptionsInvalidError('secrets', secrets, 'a list of TenantSecrets');
  (secrets as readonly unknown[]).forEach((each, index) =>
    methodsOption(`secrets[${index}]`, each, ['read'], 'a TenantSecrets, as vaultSecrets() gives'),
  );
  return new Set(secrets as readonly object[]);
}

function loaderOption(load: unknown): (() => Promise<OpenTelemetry>) | undefined {
  if (load === undefined || typeof load === 'function') return load as (() => Promise<OpenTelemetry>) | undefined;
  throw new OptionsInvalidError('loadOpenTelemetry', load, 'a function');
}
