import {
  Body,
  Controller,
  Get,
  Header,
  NotFoundException,
  Post,
  Put,
  Res,
  Sse,
  StreamableFile,
  UseGuards,
} from '@nestjs/common';
import type { MessageEvent } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { TenantMembershipGuard } from '@tenantry/core';
import { Readable } from 'node:stream';
import { from, NEVER, concat } from 'rxjs';
import type { Observable } from 'rxjs';
import { Mistake, ProjectStore } from './project-store.js';

/** Everything of a tenant at once: files, streams, settings, headers. */
@Controller('t/:domain')
@UseGuards(TenantMembershipGuard)
export class ReportsController {
  readonly #settings = new Map<string, string>();
  #lastTenant = '';
  #lastCookie = '';

  constructor(
    private readonly store: ProjectStore,
    private readonly mistake: Mistake,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  @Get('export')
  @Header('content-type', 'text/csv')
  export(): StreamableFile {
    const lines = this.store.projects('export of everything').map(({ id, name }) => `${id};${name}\n`);
    return new StreamableFile(Readable.from(lines.map((line) => Buffer.from(line))));
  }

  @Sse('events')
  events(): Observable<MessageEvent> {
    const names = this.store.projects('events of all tenants').map(({ name }) => ({ data: { name } }));
    return concat(from(names), NEVER);
  }

  @Get('page')
  page(@Res({ passthrough: true }) response: unknown): object {
    const names = this.store.projects().map(({ name }) => name);
    const { httpAdapter } = this.adapterHost;
    const { tenantId } = this.store;
    const foreign = this.mistake.is('header of another tenant') ? this.#lastTenant : tenantId;
    const cookie = this.mistake.is('cookie of another tenant')
      ? this.#lastCookie || cookieOf(tenantId)
      : cookieOf(tenantId);
    this.#lastTenant = tenantId;
    this.#lastCookie = cookieOf(tenantId);
    httpAdapter.setHeader(response, 'x-tenant', foreign);
    httpAdapter.setHeader(response, 'set-cookie', `session=${cookie}`);
    httpAdapter.setHeader(response, 'etag', `"${this.mistake.is('one ETag for all') ? 1 : names.join('-')}"`);
    return { names };
  }

  @Put('settings')
  change(@Body('motto') motto: string): object {
    this.#settings.set(this.#settingsKey(), motto);
    return { motto };
  }

  @Get('settings')
  settings(): object {
    return { motto: this.#settings.get(this.#settingsKey()) ?? null };
  }

  @Post('notes')
  note(@Body() { projectId, text }: { projectId: string; text: string }): object {
    const project = this.mistake.is('reference to a foreign parent')
      ? this.store.anyProject(projectId)
      : this.store.project(projectId);
    if (project === undefined) throw new NotFoundException();
    return { noted: text };
  }

  #settingsKey(): string {
    return this.mistake.is('settings without the tenant') ? '' : this.store.tenantId;
  }
}

function cookieOf(tenantId: string): string {
  return `0123456789abcdef-of-${tenantId}`;
}
