import { tenantId as assertTenantId } from '@tenantry/core';
import type { TenantId } from '@tenantry/core';
import { methodsOption } from '@tenantry/core/spi';
import type { SecretCallOptions, SecretVersion, TenantSecrets } from './tenant-secrets.js';

/** A version that was read, without its value. */
export interface SecretRead {
  readonly tenantId: TenantId;
  readonly version: string;
  readonly expiresAt: number | undefined;
  /** The signal of the call. */
  readonly signal: AbortSignal;
}

/**
 * Secrets whose reads can be followed. `rotateClients` needs that, to know which version each live client was made with:
 * the factory of the client kind and `rotateClients` use the same object. Everything that this package makes is one.
 *
 * As a provider of a Nest application it closes when the application shuts down.
 */
export class ObservedSecrets implements TenantSecrets {
  readonly #source: TenantSecrets;
  readonly #listeners = new Set<(read: SecretRead) => void>();

  /** @param source reads them; a function makes one whose events name this object */
  constructor(source: TenantSecrets | ((observed: ObservedSecrets) => TenantSecrets)) {
    this.#source = typeof source === 'function' ? source(this) : source;
  }

  /** @throws `MT_TENANT_IDENTIFIER_INVALID` for a malformed id, and as the source */
  async read(tenantId: TenantId, { signal }: SecretCallOptions): Promise<SecretVersion> {
    assertTenantId(tenantId);
    signal.throwIfAborted();
    const secret = await this.#source.read(tenantId, { signal });
    const read = { tenantId, version: secret.version, expiresAt: secret.expiresAt, signal };
    for (const listener of this.#listeners) listener(read);
    return secret;
  }

  /** The current version's name; reads the value where the source has no cheaper way. Errors as {@link read}. */
  async version(tenantId: TenantId, { signal }: SecretCallOptions): Promise<string> {
    assertTenantId(tenantId);
    signal.throwIfAborted();
    if (this.#source.version !== undefined) return this.#source.version(tenantId, { signal });
    return (await this.#source.read(tenantId, { signal })).version;
  }

  /** Follows what {@link read} gives; {@link version} is not followed. @returns a function that ends it */
  onRead(listener: (read: SecretRead) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  /** Called by Nest. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}

/**
 * Makes secrets of your own fit for `rotateClients`. Give the result to the factory as well.
 *
 * @throws `MT_OPTIONS_INVALID`
 */
export function observedSecrets(source: TenantSecrets): ObservedSecrets {
  if (source instanceof ObservedSecrets) return source;
  methodsOption('observedSecrets', source, ['read', 'close']);
  return new ObservedSecrets(source);
}
