import { TenantExistsError } from '../errors/catalog.errors.js';
import { TenantUnknownError } from '../errors/tenant.errors.js';
import { ArgumentInvalidError } from '../errors/usage.errors.js';
import { SUPER_TENANT_ID } from './super-tenant.js';
import { isTenantId } from './tenant-id.js';
import { isDomain } from './tenant-identifier.js';
import {
  assertChangeable,
  changedTenantRecord,
  checkedListLimit,
  newTenantRecord,
  renamedTenantRecord,
  transitionedTenantRecord,
} from './tenant-record.js';
import type {
  NewTenant,
  SynchronousTenantCatalog,
  TenantCatalogReader,
  TenantCatalogWriter,
  TenantChangeOptions,
  TenantChanges,
  TenantFilter,
  TenantListQuery,
  TenantPage,
  TenantSort,
} from './tenant-catalog.js';
import { TENANT_STATUSES } from './tenant.js';
import type { Tenant } from './tenant.js';

type Records = ReadonlyMap<string, Tenant | null>;

/** Where a tenant stands in a list: what the list is sorted by, then the lower-cased id, which tells equal ones apart. */
type Position = readonly [value: string, key: string];

/**
 * A catalog in the memory of this process, for tests, examples and tenants that are fixed in configuration.
 *
 * Reads and writes are synchronous inside, hence atomic. Ids of deleted tenants stay taken.
 */
export class InMemoryTenantCatalog implements TenantCatalogReader, TenantCatalogWriter, SynchronousTenantCatalog {
  /** Lower-cased id to record, or `null` for a deleted tenant. Nothing is ever removed: this is the order of creation. */
  readonly #records = new Map<string, Tenant | null>();
  /** Domain or alias to lower-cased id. */
  readonly #names = new Map<string, string>();

  /**
   * @param tenants the tenants to begin with
   * @throws `MT_TENANT_FIELD_INVALID`, `MT_TENANT_EXISTS`
   */
  constructor(tenants: Iterable<NewTenant> = []) {
    for (const tenant of tenants) this.#insert(tenant);
  }

  peekByIdentifier(identifier: string): Tenant | null {
    const byId = this.#records.get(identifier);
    if (byId) return byId;
    const id = this.#names.get(identifier);
    return (id === undefined ? null : this.#records.get(id)) ?? null;
  }

  async findByIdentifier(identifier: string): Promise<Tenant | null> {
    return this.peekByIdentifier(identifier);
  }

  async findById(id: string): Promise<Tenant | null> {
    return isTenantId(id) ? (this.#records.get(id.toLowerCase()) ?? null) : null;
  }

  async list(query: TenantListQuery = {}): Promise<TenantPage> {
    return pageOf(this.#records, query);
  }

  async create(tenant: NewTenant): Promise<Tenant> {
    return this.#insert(tenant);
  }

  async update(id: string, changes: TenantChanges, options?: TenantChangeOptions): Promise<Tenant> {
    return this.#replace(id, (current) => changedTenantRecord(current, changes, options));
  }

  async rename(id: string, domain: string, options?: TenantChangeOptions): Promise<Tenant> {
    return this.#replace(id, (current) => renamedTenantRecord(current, domain, options));
  }

  async activate(id: string, options?: TenantChangeOptions): Promise<Tenant> {
    return this.#replace(id, (current) => transitionedTenantRecord(current, 'active', options));
  }

  async suspend(id: string, options?: TenantChangeOptions): Promise<Tenant> {
    return this.#replace(id, (current) => transitionedTenantRecord(current, 'suspended', options));
  }

  async delete(id: string, options?: TenantChangeOptions): Promise<void> {
    const current = this.#get(id);
    assertChangeable(current, options);
    this.#releaseNames(current);
    this.#records.set(id.toLowerCase(), null);
  }

  async isDomainAvailable(domain: string): Promise<boolean> {
    return isDomain(domain) && !this.#names.has(domain) && !this.#records.has(domain);
  }

  #insert(input: NewTenant): Tenant {
    const tenant = newTenantRecord(input);
    const key = tenant.id.toLowerCase();
    if (this.#records.has(key) || this.#names.has(key)) throw new TenantExistsError('id', tenant.id);
    this.#assertNamesFree(tenant);
    return this.#store(tenant);
  }

  #replace(id: string, change: (current: Tenant) => Tenant): Tenant {
    const current = this.#get(id);
    const next = change(current);
    if (next === current) return current;
    this.#assertNamesFree(next);
    this.#releaseNames(current);
    return this.#store(next);
  }

  #get(id: string): Tenant {
    const key = isTenantId(id) ? id.toLowerCase() : '';
    if (key === SUPER_TENANT_ID) assertChangeable({ id: SUPER_TENANT_ID } as Tenant);
    const tenant = this.#records.get(key);
    if (!tenant) throw new TenantUnknownError(id);
    return tenant;
  }

  #store(tenant: Tenant): Tenant {
    const key = tenant.id.toLowerCase();
    this.#records.set(key, tenant);
    for (const name of namesOf(tenant)) this.#names.set(name, key);
    return tenant;
  }

  #releaseNames(tenant: Tenant): void {
    for (const name of namesOf(tenant)) this.#names.delete(name);
  }

  #assertNamesFree(tenant: Tenant): void {
    const own = tenant.id.toLowerCase();
    const taken = (name: string): boolean => {
      const holder = this.#names.get(name) ?? (this.#records.has(name) ? name : undefined);
      return holder !== undefined && holder !== own;
    };
    if (taken(tenant.domain)) throw new TenantExistsError('domain', tenant.domain);
    const alias = tenant.aliases.find(taken);
    if (alias !== undefined) throw new TenantExistsError('aliases', alias);
  }
}

function namesOf(tenant: Tenant): string[] {
  return [tenant.domain, ...tenant.aliases];
}

function assertFilter({ status, plan, domain = {} }: TenantFilter): void {
  if (status !== undefined && !TENANT_STATUSES.includes(status)) {
    throw new ArgumentInvalidError('filter.status', status, TENANT_STATUSES.join(', '));
  }
  const texts = Object.entries(domain).map(([condition, text]) => [`filter.domain.${condition}`, text] as const);
  for (const [argument, text] of [['filter.plan', plan] as const, ...texts]) {
    if (text !== undefined && typeof text !== 'string') throw new ArgumentInvalidError(argument, text, 'a text');
  }
}

function matchesFilter(tenant: Tenant, { status, plan, domain = {} }: TenantFilter): boolean {
  const { equals, startsWith, endsWith, contains } = domain;
  return (
    (status === undefined || tenant.status === status) &&
    (plan === undefined || tenant.plan === plan) &&
    (equals === undefined || tenant.domain === equals.toLowerCase()) &&
    (startsWith === undefined || tenant.domain.startsWith(startsWith.toLowerCase())) &&
    (endsWith === undefined || tenant.domain.endsWith(endsWith.toLowerCase())) &&
    (contains === undefined || tenant.domain.includes(contains.toLowerCase()))
  );
}

/** One page of records, which come in the order of their creation under their lower-cased ids. */
function pageOf(records: Records, { after, limit, filter = {}, sort }: TenantListQuery): TenantPage {
  const size = checkedListLimit(limit);
  const order = checkedSort(sort);
  assertFilter(filter);
  const compare = order.direction === 'asc' ? comparePositions : (a: Position, b: Position) => comparePositions(b, a);
  const start = after === undefined ? null : decodeCursor(order, after);
  const matches = listed(records, order, filter)
    .filter(({ position }) => start === null || compare(position, start) > 0)
    .sort((a, b) => compare(a.position, b.position));
  const page = matches.slice(0, size);
  const last = matches.length > size ? page.at(-1) : undefined;
  return {
    items: page.map(({ tenant }) => tenant),
    next: last === undefined ? null : encodeCursor(order, last.position),
  };
}

function listed(
  records: Records,
  { by }: TenantSort,
  filter: TenantFilter,
): { readonly tenant: Tenant; readonly position: Position }[] {
  return [...records].flatMap(([key, tenant], created) =>
    tenant !== null && matchesFilter(tenant, filter)
      ? [{ tenant, position: [sortValue(by, tenant, created), key] as const }]
      : [],
  );
}

function checkedSort({ by, direction = 'asc' }: TenantSort = { by: 'id' }): Required<TenantSort> {
  const [keys, directions] = [
    ['id', 'domain', 'name', 'createdAt'],
    ['asc', 'desc'],
  ];
  if (!keys.includes(by)) throw new ArgumentInvalidError('sort.by', by, keys.join(', '));
  if (!directions.includes(direction))
    throw new ArgumentInvalidError('sort.direction', direction, directions.join(', '));
  return { by, direction };
}

function sortValue(by: TenantSort['by'], { id, domain, name }: Tenant, created: number): string {
  switch (by) {
    case 'id':
      return id.toLowerCase();
    case 'domain':
      return domain;
    case 'name':
      return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    case 'createdAt':
      return String(created).padStart(16, '0');
  }
}

function comparePositions([value, key]: Position, [otherValue, otherKey]: Position): number {
  return compareText(value, otherValue) || compareText(key, otherKey);
}

/** By code points. JavaScript's own order, by halves of them, puts U+FFFD behind emoji. */
function compareText(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1);
}

function encodeCursor({ by, direction }: Required<TenantSort>, [value, key]: Position): string {
  return Buffer.from(JSON.stringify([by, direction, value, key])).toString('base64url');
}

function decodeCursor(sort: Required<TenantSort>, cursor: string): Position {
  const [value, key] = positionIn(cursor);
  if (typeof value === 'string' && isTenantId(key) && (sort.by !== 'createdAt' || /^\d{16}$/.test(value))) {
    if (!/\p{Cc}/u.test(value) && encodeCursor(sort, [value, key]) === cursor) return [value, key];
  }
  throw new ArgumentInvalidError('after', cursor, 'the `next` of a page of the same sort, as it came');
}

function positionIn(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts.slice(2) : [];
  } catch {
    return [];
  }
}
