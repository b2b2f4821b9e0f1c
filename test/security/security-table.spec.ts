import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Row {
  readonly attack: string;
  readonly files: readonly string[];
  readonly tests: readonly string[];
}

const DOCUMENT = readFileSync('docs/security.md', 'utf8');

/** The rows of every table whose last two columns are files and tests. */
function rowsOf(document: string): Row[] {
  const cells = document
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim()),
    );
  return cells
    .filter((row) => row.length >= 4 && !/^(?:attack|-+)$/.test(row[0] ?? ''))
    .map((row) => ({
      attack: row[0] ?? '',
      files: [...(row.at(-2) ?? '').matchAll(/`([^`]+)`/g)].map(([, file]) => pathOf(file ?? '')),
      tests: (row.at(-1) ?? '').split(' · '),
    }));
}

function pathOf(file: string): string {
  return file.includes('/') ? file : join('test/security', file);
}

/** Whether a source has a test of exactly this title, alone or for each of a table. */
function hasTest(source: string, title: string): boolean {
  const escaped = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?:\\bit|\\]|\\))\\(\\s*(['"\`])${escaped}\\1\\s*,`).test(source);
}

const ROWS = rowsOf(DOCUMENT);

describe('the tables of docs/security.md', () => {
  it('have a row for each attack, once', () => {
    expect(ROWS.length).toBeGreaterThan(40);
    expect(new Set(ROWS.map(({ attack }) => attack)).size).toBe(ROWS.length);
  });

  it.each(ROWS)('name tests that exist: $attack', ({ files, tests }) => {
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    const sources = files.map((file) => readFileSync(file, 'utf8'));
    expect(sources.length).toBeGreaterThan(0);
    expect(tests.filter((title) => !sources.some((source) => hasTest(source, title)))).toEqual([]);
    expect(sources.filter((source) => !tests.some((title) => hasTest(source, title)))).toEqual([]);
  });
});
