import { format } from 'node:util';

/** What a contract suite expects of values; the `expect` of Jest and Vitest fits. */
export interface Expectation {
  toBe(expected: unknown): void;
  toBeDefined(): void;
  toBeInstanceOf(expected: new (...args: never[]) => unknown): void;
  toBeNull(): void;
  toContain(expected: unknown): void;
  toEqual(expected: unknown): void;
  toHaveLength(expected: number): void;
  toMatchObject(expected: object): void;
  toThrow(expected?: string | RegExp | (new (...args: never[]) => Error)): void;
  readonly not: Omit<Expectation, 'not' | 'rejects' | 'resolves'>;
  readonly rejects: AsyncExpectation;
  readonly resolves: AsyncExpectation;
}

/** As {@link Expectation}, of what a promise settles with. */
export type AsyncExpectation = {
  readonly [K in Exclude<keyof Expectation, 'not' | 'rejects' | 'resolves'>]: (
    ...args: Parameters<Expectation[K]>
  ) => Promise<void>;
};

/** The functions of the test runner that runs a contract suite: those of Jest, Vitest with `globals`, or of the import of Vitest. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
  readonly beforeAll: (body: () => unknown) => void;
  readonly beforeEach: (body: () => unknown) => void;
  readonly afterAll: (body: () => unknown) => void;
  readonly expect: ((value: unknown) => Expectation) & { readonly stringContaining: (text: string) => unknown };
}

/** Tests of a table: one for each row, with a title that `node:util` formats with the row. */
export interface Each {
  <T extends readonly [unknown, ...unknown[]]>(
    rows: readonly T[],
  ): (title: string, body: (...row: [...T]) => unknown) => void;
  <T>(rows: readonly T[]): (title: string, body: (row: T) => unknown) => void;
}

/** Tests of tables for a test runner that has none, or whose own have another signature. */
export function eachOf({ it }: TestRunner): Each {
  return (rows: readonly unknown[]) =>
    (title: string, body: (...row: never[]) => unknown): void => {
      for (const row of rows) {
        const values: readonly unknown[] = Array.isArray(row) ? row : [row];
        const run = body as (...row: readonly unknown[]) => unknown;
        it(format(title, ...values.slice(0, placeholders(title))), async () => void (await run(...values)));
      }
    };
}

function placeholders(title: string): number {
  return title.match(/%[a-z]/gi)?.length ?? 0;
}
