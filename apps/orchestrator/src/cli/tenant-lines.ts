import type { Tenant } from '@tenantry/core';
import type { IsolationFinding } from '@tenantry/postgres';

const COLUMNS = ['id', 'domain', 'status', 'plan', 'name'] as const;

/** Tenants as a table of text; widths fit the longest entry. */
export function tenantTable(tenants: readonly Tenant[]): string {
  const rows = [COLUMNS.map((column) => column.toUpperCase()), ...tenants.map(cellsOf)];
  const widths = COLUMNS.map((_, index) => Math.max(...rows.map((row) => (row[index] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One tenant in one line. */
export function tenantLine(tenant: Tenant): string {
  return cellsOf(tenant).join('  ');
}

/** A finding of the doctor's, with its remedy. */
export function findingLines({ object, problem, remedy }: IsolationFinding): string {
  return `${object}: ${problem}\n  ${remedy.replaceAll('\n', '\n  ')}`;
}

function cellsOf(tenant: Tenant): string[] {
  return COLUMNS.map((column) => tenant[column]);
}
