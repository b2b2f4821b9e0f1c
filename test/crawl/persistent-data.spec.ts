import { Controller, Delete, Get, Headers, Module, NotFoundException, Param, Post, Body } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { expectTenantIsolation } from '@tenantry/testing';
import type { CrawledTenant, TenantIsolationOptions } from '@tenantry/testing';
import { startApp } from '../support/http.js';

interface Row {
  readonly id: number;
  readonly text: string;
}

/** A database for each tenant that gives the numbers 1, 2, 3, ... in each. */
function startNumberedApp(rows: Map<string, Row[]>, readsForeign: boolean): Promise<INestApplication> {
  const counts = new Map<string, number>();
  const of = (tenant: string): Row[] => rows.get(tenant) ?? rows.set(tenant, []).get(tenant) ?? [];
  @Controller('rows')
  class RowsController {
    @Get()
    list(@Headers('authorization') tenant?: string): Row[] {
      if (tenant === undefined) throw new NotFoundException();
      return of(tenant).slice(0, 3);
    }
    @Get(':id')
    get(@Param('id') id: string, @Headers('authorization') tenant: string): Row {
      const all = readsForeign ? [...rows.values()].flat() : of(tenant);
      const row = all.find((candidate) => candidate.id === Number(id));
      if (row === undefined) throw new NotFoundException();
      return row;
    }
    @Post()
    create(@Body('text') text: string, @Headers('authorization') tenant?: string): Row {
      if (tenant === undefined) throw new NotFoundException();
      const id = (counts.get(tenant) ?? of(tenant).length) + 1;
      counts.set(tenant, id);
      of(tenant).push({ id, text });
      return { id, text };
    }
    @Delete(':id')
    remove(@Param('id') id: string, @Headers('authorization') tenant: string): object {
      const row = of(tenant).findIndex((candidate) => candidate.id === Number(id));
      if (row < 0) throw new NotFoundException();
      of(tenant).splice(row, 1);
      return {};
    }
  }
  @Module({ controllers: [RowsController] })
  class RowsModule {}
  return startApp(RowsModule, 'express');
}

const NUMBERED: readonly [CrawledTenant, CrawledTenant] = [
  { name: 'foo', headers: { authorization: 'foo' } },
  { name: 'bar', headers: { authorization: 'bar' } },
];
const TEXTS: NonNullable<TenantIsolationOptions['bodies']> = { 'POST /rows': ({ canary }) => ({ text: canary }) };

/** Rows of earlier use, more of them for one tenant than its list shows. */
function rowsOf(): Map<string, Row[]> {
  const made = (tenant: string, count: number): Row[] =>
    Array.from({ length: count }, (_, index) => ({ id: index + 1, text: `${tenant} row ${index + 1}` }));
  return new Map([
    ['foo', made('foo', 3)],
    ['bar', made('bar', 9)],
  ]);
}

describe('a crawl over data that outlives it', () => {
  it('finds no leak the second time either, and plants other texts', async () => {
    const app = await startNumberedApp(rowsOf(), false);
    const first = await expectTenantIsolation(app, { tenants: NUMBERED, bodies: TEXTS, keepData: true });
    const second = await expectTenantIsolation(app, { tenants: NUMBERED, bodies: TEXTS });
    expect([first.leaks, second.leaks]).toEqual([[], []]);
    expect(first.seed).not.toBe(second.seed);
    await app.close();
  });

  it('removes what it has made, and finds no leak in equal numbers of two databases', async () => {
    const rows = rowsOf();
    const app = await startNumberedApp(rows, false);
    const report = await expectTenantIsolation(app, { tenants: NUMBERED, bodies: TEXTS });
    expect(report.remaining).toEqual([]);
    for (const [tenant, left] of rows) expect(left.every(({ text }) => text.startsWith(tenant))).toBe(true);
    await app.close();
  });

  it('leaves it on request', async () => {
    const rows = rowsOf();
    const app = await startNumberedApp(rows, false);
    await expectTenantIsolation(app, { tenants: NUMBERED, bodies: TEXTS, keepData: true });
    expect(rows.get('foo')?.some(({ text }) => text.includes('canary'))).toBe(true);
    await app.close();
  });

  it('still finds rows that are read by their number alone', async () => {
    const app = await startNumberedApp(rowsOf(), true);
    await expect(expectTenantIsolation(app, { tenants: NUMBERED, bodies: TEXTS })).rejects.toThrow(
      /foreign-data|existence/,
    );
    await app.close();
  });
});
