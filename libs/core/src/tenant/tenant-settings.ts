import { TenantFieldInvalidError } from '../errors/catalog.errors.js';
import type { JsonObject, JsonValue, Tenant } from '../tenant/tenant.js';

/**
 * The part of the Standard Schema interface that is needed to validate (standardschema.dev): Zod, Valibot and ArkType schemas
 * have it.
 *
 * @typeParam S what the schema gives
 */
export interface SettingsSchema<S = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SettingsVerdict<S> | Promise<SettingsVerdict<S>>;
    readonly types?: { readonly input: unknown; readonly output: S } | undefined;
  };
}

/** What a schema answers: a value, or issues. */
export type SettingsVerdict<S> =
  { readonly value: S; readonly issues?: undefined } | { readonly issues: readonly SettingsIssue[] };

/** One validation issue of a schema. */
export interface SettingsIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The settings of an application's tenants. Secrets never live there: they would be in every cache and in messages between nodes. */
export interface TenantSettingsOptions<S extends object = JsonObject> {
  /** Checks settings, with the defaults filled in, before they are written. Default: any JSON object. */
  readonly schema?: SettingsSchema<S>;
  /** What holds where a tenant has no setting of its own. Objects are merged, all else is replaced. Default: none. */
  readonly defaults?: JsonObject;
}

/**
 * Settings with the defaults filled in. Objects are merged member by member; lists, texts, numbers and `null` are replaced.
 * Pure, and the one place where this is done.
 */
export function withDefaultSettings(defaults: JsonObject, settings: JsonObject): JsonObject {
  const merged = new Map<string, JsonValue>(Object.entries(defaults));
  for (const [name, value] of Object.entries(settings)) {
    const fallback = merged.get(name);
    merged.set(name, isObject(fallback) && isObject(value) ? withDefaultSettings(fallback, value) : value);
  }
  return Object.fromEntries(merged);
}

/**
 * Checks settings before they are written and fills them in when they are read. What is recorded is what the tenant set, so
 * that another default reaches every tenant that did not choose.
 *
 * @typeParam S shape of the settings when they are read
 */
export class TenantSettings<S extends object = JsonObject> {
  readonly #schema: SettingsSchema<S> | undefined;
  readonly #defaults: JsonObject;

  constructor({ schema, defaults = {} }: TenantSettingsOptions<S> = {}) {
    this.#schema = schema;
    this.#defaults = defaults;
  }

  /** The record with its settings complete and typed. Not checked again: they were when they were written. */
  read(tenant: Tenant): Tenant<S> {
    return { ...tenant, settings: withDefaultSettings(this.#defaults, tenant.settings) as S };
  }

  /** @throws `MT_TENANT_FIELD_INVALID` naming `settings.<path>`; the value is not shown */
  async check(settings: JsonObject): Promise<void> {
    if (!isObject(settings)) throw new TenantFieldInvalidError('settings', settings, 'a JSON object');
    const verdict = await this.#schema?.['~standard'].validate(withDefaultSettings(this.#defaults, settings));
    const issue = verdict?.issues?.[0];
    if (issue !== undefined) throw new TenantFieldInvalidError(fieldOf(issue), '[hidden]', issue.message);
  }
}

function fieldOf({ path = [] }: SettingsIssue): string {
  return ['settings', ...path.map((part) => String(typeof part === 'object' ? part.key : part))].join('.');
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
