import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, FactoryProvider, InjectionToken, ModuleMetadata } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { getTenantClientRegistryToken, OptionsInvalidError, systemClock } from '@tenantry/core';
import { assertPeers, textOption } from '@tenantry/core/spi';
import type { Clock } from '@tenantry/core';
import type { ObservedSecrets } from '../port/observed-secrets.js';
import { ClientRotation } from './client-rotation.js';
import { observedOption, resolveRotationLimits } from './rotation-options.js';
import type { RotatedRegistry, RotationLimits } from './rotation-options.js';

/** Options of {@link rotateClients}. */
export interface RotateClientsOptions extends Omit<RotationLimits, 'clock'>, Pick<ModuleMetadata, 'imports'> {
  /** Name of the client kind. */
  readonly kind: string;
  /** The secrets that the factory of the client kind reads, or the injection token of their provider. */
  readonly secrets: ObservedSecrets | InjectionToken<ObservedSecrets>;
  /** The clock, or the injection token of its provider. Default: the system's monotonic clock. */
  readonly clock?: Clock | InjectionToken<Clock>;
}

/** Injection token of the {@link ClientRotation} of a client kind. */
export function getClientRotationToken(kind: string): string {
  return `tenantry:client-rotation:${kind}`;
}

/** Injects the {@link ClientRotation} of a client kind. */
export function InjectClientRotation(kind: string): ParameterDecorator & PropertyDecorator {
  return Inject(getClientRotationToken(kind));
}

/**
 * A module that renews the live clients of a kind whose credentials have changed, from the start of the application until
 * it shuts down. It exports a {@link ClientRotation}, for `credentialsRejected`.
 *
 * @throws `MT_OPTIONS_INVALID`, `MT_PEER_UNSUPPORTED`
 * @example
 * imports: [rotateClients({ kind: 'cloud', secrets: TENANT_SECRETS, imports: [SecretsModule], everyMs: 60_000 })]
 */
export function rotateClients(options: RotateClientsOptions): DynamicModule {
  assertPeers({ name: '@tenantry/secrets', url: import.meta.url });
  const { kind, secrets, clock = systemClock, imports = [], ...limits } = options;
  const token = getClientRotationToken(textOption('rotateClients.kind', kind));
  resolveRotationLimits(limits);
  const [secretsToken, clockToken] = [tokenOf(secrets), tokenOf(clock)];
  if (secretsToken === undefined) observedOption('rotateClients.secrets', secrets);
  const rotation: FactoryProvider = {
    provide: token,
    inject: [ModuleRef, ...[secretsToken, clockToken].filter((each) => each !== undefined)],
    useFactory: (modules: ModuleRef, ...found: unknown[]) =>
      new NestClientRotation({
        ...limits,
        registry: () => registryOf(modules, kind),
        secrets: (secretsToken === undefined ? secrets : found.shift()) as ObservedSecrets,
        clock: (clockToken === undefined ? clock : found.shift()) as Clock,
      }),
  };
  return { module: ClientRotationModule, imports, providers: [rotation], exports: [token] };
}

/** Texts, symbols and classes are tokens; objects are what they are. */
function tokenOf(value: unknown): InjectionToken | undefined {
  return ['string', 'symbol', 'function'].includes(typeof value) ? (value as InjectionToken) : undefined;
}

/** Asked for when every provider is there: the module of the client kind need not be imported. */
function registryOf(modules: ModuleRef, kind: string): RotatedRegistry {
  try {
    return modules.get<RotatedRegistry>(getTenantClientRegistryToken(kind), { strict: false });
  } catch {
    throw new OptionsInvalidError('rotateClients.kind', kind, 'a kind that MultitenancyModule.forFeature declares');
  }
}

@Module({})
class ClientRotationModule {}

class NestClientRotation extends ClientRotation {
  onModuleInit(): void {
    this.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.stop();
  }
}
