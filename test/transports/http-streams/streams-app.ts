import { AsyncLocalStorage } from 'node:async_hooks';
import { get } from 'node:http';
import type { ClientRequest, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Controller, Get, Module, Res, Sse, StreamableFile } from '@nestjs/common';
import type { INestApplication, MessageEvent } from '@nestjs/common';
import { InjectTenantClient, TenantContext } from '@tenantry/core';
import { from, map, Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import { portOf, startApp } from '../../support/http.js';
import type { AdapterName } from '../../support/http.js';
import { until } from '../../support/until.js';
import { DbClient, Door, FaultyCatalog, tenantModules } from '../tenant-fixture.js';

/** What happens behind the open responses. */
class Stage {
  door = new Door();
  /** One for all requests, as a message bus is. */
  readonly news = new Subject<string>();
  finished = 0;
}

type Platform<T> = T & { readonly raw?: T };

@Controller('t/:domain')
class StreamsController {
  constructor(
    private readonly stage: Stage,
    private readonly context: TenantContext,
    @InjectTenantClient('db') private readonly db: DbClient,
  ) {}

  @Sse('sse')
  events(): Observable<MessageEvent> {
    return from(this.#lines()).pipe(map((data) => ({ data })));
  }

  @Sse('sse-failing')
  failingEvents(): Observable<MessageEvent> {
    return from(this.#failing()).pipe(map((data) => ({ data })));
  }

  @Sse('news')
  news(): Observable<MessageEvent> {
    const inRequest = AsyncLocalStorage.snapshot();
    return this.stage.news.pipe(map((word) => ({ data: inRequest(() => `${word} for ${this.context.tenant.id}`) })));
  }

  @Get('file')
  file(): StreamableFile {
    return new StreamableFile(Readable.from(this.#lines(), { objectMode: false }), { type: 'text/plain' });
  }

  @Get('file-failing')
  failingFile(): StreamableFile {
    const file = new StreamableFile(Readable.from(this.#failing(), { objectMode: false }), { type: 'text/plain' });
    return file.setErrorLogger(() => undefined);
  }

  @Get('piped')
  async piped(@Res() response: Platform<ServerResponse>): Promise<void> {
    const raw = response.raw ?? response;
    raw.writeHead(200, { 'content-type': 'text/plain' });
    await pipeline(Readable.from(this.#lines(), { objectMode: false }), raw).catch(() => undefined);
  }

  @Get('piped-failing')
  async failingPipe(@Res() response: Platform<ServerResponse>): Promise<void> {
    const raw = response.raw ?? response;
    raw.writeHead(200, { 'content-type': 'text/plain' });
    await pipeline(Readable.from(this.#failing(), { objectMode: false }), raw).catch(() => undefined);
  }

  async *#lines(): AsyncGenerator<string> {
    try {
      yield `first of ${await this.db.whose()}\n`;
      await this.stage.door.opened;
      yield `second of ${this.context.tenant.id} ${await this.db.whose()}\n`;
    } finally {
      this.stage.finished += 1;
    }
  }

  async *#failing(): AsyncGenerator<string> {
    yield `first of ${await this.db.whose()}\n`;
    await this.stage.door.opened;
    throw new Error('the source broke');
  }
}

/** A running application with open responses. */
export interface StreamsApp {
  readonly app: INestApplication;
  readonly stage: Stage;
  readonly catalog: FaultyCatalog;
}

/** Starts it; the caller closes it. */
export async function startStreamsApp(adapter: AdapterName): Promise<StreamsApp> {
  const catalog = new FaultyCatalog();
  @Module({ imports: tenantModules(catalog), controllers: [StreamsController], providers: [Stage] })
  class AppModule {}
  const app = await startApp(AppModule, adapter);
  return { app, stage: app.get(Stage), catalog };
}

/** A client that reads what has come so far and goes away when it likes. */
export class Listener {
  readonly #request: ClientRequest;
  text = '';
  over = false;

  constructor(app: INestApplication, path: string) {
    this.#request = get({ host: '127.0.0.1', port: portOf(app), path, agent: false }, (response) => {
      response.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
      response.on('error', () => undefined);
      response.on('close', () => (this.over = true));
    });
    this.#request.on('error', () => (this.over = true));
  }

  /** Waits until a text has come. */
  async receives(text: string): Promise<void> {
    await until(() => this.text.includes(text));
  }

  leave(): void {
    this.#request.destroy();
  }
}
