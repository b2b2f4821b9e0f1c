import { OptionsInvalidError } from '@tenantry/core';
import type { TenantId } from '@tenantry/core';
import { objectOption } from '@tenantry/core/spi';
import { ContentVersions, parseSecret } from '../port/json-secret.js';
import { ObservedSecrets } from '../port/observed-secrets.js';
import { SecretMissingError } from '../port/secrets.errors.js';
import type { SecretVersion, TenantSecrets } from '../port/tenant-secrets.js';

/** Options of {@link envSecrets}. */
export interface EnvSecretsOptions {
  /** What the names of the variables start with: letters, digits and underscores. */
  readonly prefix: string;
  /** Default `process.env`, which is read at every call. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const PREFIX = /^[A-Za-z_]\w*$/;

/**
 * Credentials in environment variables, for development: one variable for each tenant, holding a JSON object. The name is
 * the prefix and the tenant's id in capitals, where `-`, `.` and `_` are `_2D`, `_2E` and `_5F`, so that no two ids share
 * a variable: `TENANT_ARU_2D297647` is that of `ARU-297647`.
 *
 * @throws `MT_OPTIONS_INVALID`
 */
export function envSecrets(options: EnvSecretsOptions): ObservedSecrets {
  const { prefix, env = process.env } = objectOption('envSecrets', options);
  if (typeof prefix !== 'string' || !PREFIX.test(prefix)) {
    throw new OptionsInvalidError('envSecrets.prefix', prefix, 'letters, digits and underscores, such as TENANT_');
  }
  return new ObservedSecrets(new EnvSecrets(prefix, objectOption('envSecrets.env', env)));
}

class EnvSecrets implements TenantSecrets {
  readonly #prefix: string;
  readonly #env: NonNullable<EnvSecretsOptions['env']>;
  readonly #versions = new ContentVersions();

  constructor(prefix: string, env: NonNullable<EnvSecretsOptions['env']>) {
    this.#prefix = prefix;
    this.#env = env;
  }

  async read(tenantId: TenantId): Promise<SecretVersion> {
    const name = variableName(this.#prefix, tenantId);
    const text = this.#env[name];
    if (text === undefined || text.trim() === '') {
      throw new SecretMissingError(tenantId, `Set the variable ${name} to a JSON object.`);
    }
    return this.#versions.of(text, parseSecret(tenantId, text));
  }

  async close(): Promise<void> {}
}

function variableName(prefix: string, tenantId: string): string {
  const escaped = tenantId.replace(/[-._]/g, (mark) => `_${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  return prefix + escaped.toUpperCase();
}
