import type { WireAnswer } from './http-exchange.js';
import { uniqueTexts } from './values.js';

/** Something of another tenant in an answer. */
export interface ForeignValue {
  readonly owner: string;
  readonly value: string;
  /** `body`, or the name of a header. */
  readonly where: string;
}

interface Owned {
  /** Planted or given: no other tenant may ever see it. */
  readonly marks: Set<string>;
  /** In answers to its own writes. */
  readonly made: Set<string>;
  /** In answers to its own reads, before any attack. */
  readonly seen: Set<string>;
  /** What it has stored itself although it is another's. */
  readonly stored: Set<string>;
  readonly identifiers: ReadonlySet<string>;
}

/** Which values belong to which tenant. All are compared in lower case. */
export class Ownership {
  readonly #tenants = new Map<string, Owned>();
  readonly #public = new Set<string>();
  #values = new Map<string, readonly string[]>();

  /** @param identifiers names of the tenant, which count in headers only */
  addTenant(tenant: string, identifiers: readonly string[]): void {
    const names = identifiers.map((name) => name.toLowerCase());
    this.#tenants.set(tenant, {
      marks: new Set(),
      made: new Set(),
      seen: new Set(),
      stored: new Set(),
      identifiers: new Set(names),
    });
  }

  mark(tenant: string, value: string): void {
    this.#learn(tenant, 'marks', [value.toLowerCase()]);
  }

  /** Learns from the answer to a tenant's own successful write. */
  made(tenant: string, answer: WireAnswer): void {
    this.#learn(tenant, 'made', uniquesIn(answer));
  }

  /** Learns from the answer to a tenant's own successful read; without a tenant, what is public. */
  seen(tenant: string | undefined, answer: WireAnswer): void {
    if (tenant !== undefined) this.#learn(tenant, 'seen', uniquesIn(answer));
    else for (const value of uniquesIn(answer)) this.#public.add(value);
    this.#values.clear();
  }

  /** Notes that a tenant has sent texts for storage: it may read them again, whosever they are. */
  stored(tenant: string, texts: readonly string[]): void {
    this.#learn(
      tenant,
      'stored',
      texts.map((text) => text.toLowerCase()),
    );
  }

  /** Whether anything is known that one tenant has and no other. */
  knows(tenant: string): boolean {
    return this.#valuesOf(tenant).length > 0;
  }

  /**
   * What an answer holds that belongs to others than the reader.
   *
   * @param reader a tenant; `undefined` = a caller without credentials
   * @param sent texts of the request, which do not count
   */
  foreignIn(answer: WireAnswer, reader: string | undefined, sent: readonly string[]): ForeignValue[] {
    const known = [...sent.map((text) => text.toLowerCase()), ...this.#storedBy(reader)];
    const places = [['body', answer.text], ...Object.entries(answer.headers)].map(
      ([where = '', text = '']) => [where, text.toLowerCase()] as const,
    );
    return [...this.#tenants.keys()]
      .filter((owner) => owner !== reader)
      .flatMap((owner) =>
        places.flatMap(([where, text]) =>
          this.#in(owner, where, text)
            .filter((value) => !known.some((own) => own.includes(value)))
            .map((value) => ({ owner, value, where })),
        ),
      );
  }

  #in(owner: string, where: string, text: string): string[] {
    const values = this.#valuesOf(owner).filter((value) => text.includes(value));
    if (where === 'body' || where === 'host') return values;
    const words = text.split(/[\s,;="]+/);
    return [...values, ...words.filter((word) => this.#tenants.get(owner)?.identifiers.has(word))];
  }

  #storedBy(reader: string | undefined): Iterable<string> {
    return reader === undefined ? [] : (this.#tenants.get(reader)?.stored ?? []);
  }

  #learn(tenant: string, what: 'marks' | 'made' | 'seen' | 'stored', values: readonly string[]): void {
    const set = this.#tenants.get(tenant)?.[what];
    for (const value of values) set?.add(value);
    this.#values.clear();
  }

  #valuesOf(tenant: string): readonly string[] {
    const known = this.#values.get(tenant);
    if (known !== undefined) return known;
    const values = this.#count(tenant);
    this.#values.set(tenant, values);
    return values;
  }

  #count(tenant: string): string[] {
    const own = this.#tenants.get(tenant);
    if (own === undefined) return [];
    const others = [...this.#tenants].filter(([name]) => name !== tenant).map(([, other]) => other);
    const made = [...own.made].filter(
      (value) => !others.some((other) => other.made.has(value) || other.marks.has(value)),
    );
    const seen = [...own.seen].filter(
      (value) =>
        !this.#public.has(value) &&
        !others.some(({ marks, made: m, seen: s }) => marks.has(value) || m.has(value) || s.has(value)),
    );
    return [...new Set([...own.marks, ...made, ...seen])];
  }
}

function uniquesIn({ text, headers }: WireAnswer): string[] {
  const cookies = [headers['set-cookie'] ?? '', headers['location'] ?? ''];
  return [text, ...cookies].flatMap(uniqueTexts);
}
