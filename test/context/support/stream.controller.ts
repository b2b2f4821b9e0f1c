import { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Get, Post, Req, Res, Sse, StreamableFile } from '@nestjs/common';
import type { MessageEvent } from '@nestjs/common';
import { map, take, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { Stops } from './stops.js';
import { CurrentVisit } from './visit.js';
import type { Visit } from './visit.js';

const CHUNK = `${'x'.repeat(4095)}\n`;
const CHUNKS = 8;

type Platform<T> = T & { readonly raw?: T };

/** Bodies that are read and written piece by piece, and clients that go away in between. */
@Controller('t/:domain/stream')
export class StreamController {
  constructor(private readonly stops: Stops) {}

  /** Long enough to wait for the reader several times. */
  @Get('download')
  download(@CurrentVisit() visit: Visit): StreamableFile {
    return new StreamableFile(Readable.from(this.#chunks(visit), { objectMode: false }), { type: 'text/plain' });
  }

  @Get('written')
  async written(@CurrentVisit() visit: Visit, @Res() response: Platform<ServerResponse>): Promise<void> {
    const raw = response.raw ?? response;
    raw.on(
      'finish',
      AsyncResource.bind(() => this.stops.at('bound finish', visit)),
    );
    raw.on(
      'close',
      AsyncResource.bind(() => this.stops.at('bound close', visit)),
    );
    raw.writeHead(200, { 'content-type': 'text/plain' });
    for await (const chunk of this.#chunks(visit)) {
      if (raw.destroyed) return;
      if (!raw.write(chunk)) await Promise.race([once(raw, 'drain'), once(raw, 'close')]);
      this.stops.at('await drain', visit);
    }
    raw.end();
  }

  @Post('echo')
  async echo(
    @CurrentVisit() visit: Visit,
    @Req() request: Platform<IncomingMessage>,
    @Res() response: Platform<ServerResponse>,
  ): Promise<void> {
    const [source, sink] = [request.raw ?? request, response.raw ?? response];
    sink.writeHead(200, { 'content-type': 'text/plain' });
    const through = new Transform({
      transform: AsyncResource.bind((chunk: Buffer, _encoding: string, done: (error: null, data: Buffer) => void) => {
        this.stops.at('bound transform', visit);
        done(null, chunk);
      }) as Transform['_transform'],
    });
    const body = (chunks: AsyncIterable<Buffer>): AsyncIterable<string> => this.#relayed(chunks, visit);
    const relayed = new PassThrough();
    const done = pipeline(source, through, body, relayed).catch(() => relayed.destroy());
    await pipeline(relayed, sink).catch(() => undefined);
    await done;
    this.stops.at('await pipeline', visit);
  }

  @Sse('events')
  events(@CurrentVisit() visit: Visit): Observable<MessageEvent> {
    return timer(0, 1).pipe(
      take(3),
      map((step) => {
        this.stops.at('server-sent event', visit);
        return { data: step === 2 ? this.stops.lastWords(visit) : 'more follows' };
      }),
    );
  }

  /** Waits for the client to go away, and works on. */
  @Get('endless')
  async endless(@CurrentVisit() visit: Visit, @Res() response: Platform<ServerResponse>): Promise<void> {
    const raw = response.raw ?? response;
    raw.writeHead(200, { 'content-type': 'text/plain' });
    raw.write('begin');
    await once(raw, 'close');
    this.stops.at('behind the client', visit);
    await delay(1);
    this.stops.at('behind the client', visit);
  }

  async *#chunks(visit: Visit): AsyncGenerator<string> {
    for (let n = 1; n <= CHUNKS; n += 1) {
      this.stops.at('streamed chunk', visit);
      yield n < CHUNKS ? CHUNK : this.stops.lastWords(visit);
    }
  }

  async *#relayed(chunks: AsyncIterable<Buffer>, visit: Visit): AsyncGenerator<string> {
    for await (const chunk of chunks) {
      this.stops.at('relayed chunk', visit);
      yield chunk.toString('latin1');
    }
    yield this.stops.lastWords(visit);
  }
}
