import type { TenantTable } from './tenant-tables.js';

/** A function of the application's. */
export interface ReachingFunction {
  readonly oid: string;
  readonly name: string;
  /** Whether it runs with the rights of its owner, and not with those of the caller. */
  readonly definer: boolean;
  readonly owner: string;
  readonly source: string;
  /** Object ids of the relations and functions that it is known to use: those of a body in standard SQL. */
  readonly relations: readonly string[];
  readonly calls: readonly string[];
  /** Object ids of the tables of tenants whose policies do not bind its owner; none where it is no definer. */
  readonly unbound: readonly string[];
  /** The triggers that call it, quoted, and the object id of what each is on; `null` for an event trigger. */
  readonly triggers: readonly { readonly name: string; readonly on: string | null }[];
  /** Whether a role in reach may call it. */
  readonly executable: boolean;
}

/** A view or materialized view. */
export interface ReachingView {
  readonly oid: string;
  readonly name: string;
  readonly kind: 'v' | 'm';
  readonly invoker: boolean;
  readonly owner: string;
  readonly relations: readonly string[];
  /** As of a function. */
  readonly unbound: readonly string[];
}

/** With whose rights statements run, and the tables whose policies do not bind it. */
interface Rights {
  readonly owner: string;
  readonly unbound: ReadonlySet<string>;
}

/** How a trigger function names the table that its trigger is on. */
const OWN_TABLE = ['tg_table_name', 'tg_relname', 'tg_relid'];

/**
 * Which tables of tenants a function uses with rights past their policies: in its own body, and through the views and functions that
 * it uses.
 *
 * @internal
 */
export class DefinerReach {
  readonly #tables: readonly TenantTable[];
  readonly #functions: readonly ReachingFunction[];
  readonly #views: readonly ReachingView[];
  readonly #words = new Map<ReachingFunction, ReadonlySet<string>>();

  constructor(tables: readonly TenantTable[], functions: readonly ReachingFunction[], views: readonly ReachingView[]) {
    this.#tables = tables;
    this.#functions = functions;
    this.#views = views;
  }

  /** The tables, in their order. */
  of(definer: ReachingFunction): TenantTable[] {
    const touched = new Set<string>();
    this.#addFunction(definer, rightsOf(definer), { touched, seen: new Set() });
    return this.#tables.filter(({ oid }) => touched.has(oid));
  }

  #addFunction(body: ReachingFunction, rights: Rights, found: Found): void {
    if (!isNew(found, body.oid, rights)) return;
    const words = this.#wordsOf(body);
    const uses = ({ oid, name }: { oid: string; name: string }): boolean =>
      body.relations.includes(oid) || words.has(name.toLowerCase());
    for (const table of this.#tables) {
      const isOwn = body.triggers.some(({ on }) => on === table.oid) && OWN_TABLE.some((word) => words.has(word));
      if (rights.unbound.has(table.oid) && (isOwn || uses(table))) found.touched.add(table.oid);
    }
    for (const view of this.#views) if (uses(view)) this.#addView(view, rights, found);
    for (const called of this.#functions) {
      if (called !== body && (body.calls.includes(called.oid) || words.has(called.name.toLowerCase())))
        this.#addCalled(called, rights, found);
    }
  }

  /** A definer that a role in reach may call by itself is found by itself. */
  #addCalled(called: ReachingFunction, rights: Rights, found: Found): void {
    if (!called.definer) this.#addFunction(called, rights, found);
    else if (!called.executable && called.triggers.length === 0) this.#addFunction(called, rightsOf(called), found);
  }

  #addView(view: ReachingView, rights: Rights, found: Found): void {
    if (!isNew(found, view.oid, rights)) return;
    const own = view.invoker ? rights : rightsOf(view);
    for (const oid of view.relations) {
      if (view.kind === 'm' || own.unbound.has(oid)) found.touched.add(oid);
      const within = this.#views.find((each) => each.oid === oid && each !== view);
      if (within) this.#addView(within, own, found);
    }
  }

  #wordsOf(body: ReachingFunction): ReadonlySet<string> {
    const words = this.#words.get(body) ?? wordsOf(body.source);
    this.#words.set(body, words);
    return words;
  }
}

interface Found {
  readonly touched: Set<string>;
  readonly seen: Set<string>;
}

function isNew({ seen }: Found, oid: string, { owner }: Rights): boolean {
  const key = `${oid} ${owner}`;
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

function rightsOf({ owner, unbound }: { owner: string; unbound: readonly string[] }): Rights {
  return { owner, unbound: new Set(unbound) };
}

function wordsOf(source: string): ReadonlySet<string> {
  const quoted = [...source.matchAll(/"((?:[^"]|"")+)"/g)].map(([, name = '']) => name.replaceAll('""', '"'));
  return new Set([...quoted, ...(source.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? [])].map((word) => word.toLowerCase()));
}
