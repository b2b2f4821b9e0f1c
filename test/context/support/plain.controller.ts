import { AsyncResource } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { stat } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { deflate } from 'node:zlib';
import { Body, Controller, Get, Post } from '@nestjs/common';
import DataLoader from 'dataloader';
import { concatMap, from, timer } from 'rxjs';
import { map, tap, toArray } from 'rxjs/operators';
import type { Observable } from 'rxjs';
import { SharedThings } from './shared.js';
import { Stops } from './stops.js';
import { CurrentVisit } from './visit.js';
import type { Visit } from './visit.js';

/** Code that needs no client: promises, timers, callbacks, events, generators, queues. */
@Controller('t/:domain/plain')
export class PlainController {
  constructor(
    private readonly stops: Stops,
    private readonly shared: SharedThings,
  ) {}

  @Get('awaits')
  async awaits(@CurrentVisit() visit: Visit): Promise<string> {
    await Promise.resolve();
    this.stops.at('await', visit);
    await Promise.all([1, 2, 3].map((ms) => delay(ms % 2).then(() => this.stops.at('promise', visit))));
    this.stops.at('await', visit);
    return this.stops.lastWords(visit);
  }

  @Get('timers')
  async timers(@CurrentVisit() visit: Visit): Promise<string> {
    const stop = (kind: string, go: () => void) => (): void => {
      this.stops.at(kind, visit);
      go();
    };
    await new Promise<void>((go) => setTimeout(stop('setTimeout', go), visit.serial % 3));
    await new Promise<void>((go) => setImmediate(stop('setImmediate', go)));
    await new Promise<void>((go) => process.nextTick(stop('nextTick', go)));
    await new Promise<void>((go) => queueMicrotask(stop('queueMicrotask', go)));
    const interval = await new Promise<NodeJS.Timeout>((go) => {
      const started = setInterval(() => stop('setInterval', () => go(started))(), 1);
    });
    clearInterval(interval);
    return this.stops.lastWords(visit);
  }

  @Get('callbacks')
  async callbacks(@CurrentVisit() visit: Visit): Promise<string> {
    await new Promise<void>((go) => stat('.', () => go(this.stops.at('fs callback', visit))));
    await new Promise<void>((go) => randomBytes(16, () => go(this.stops.at('crypto callback', visit))));
    await new Promise<void>((go) => deflate('text', () => go(this.stops.at('zlib callback', visit))));
    const { pool } = this.shared;
    await new Promise<void>((go) => pool.take(AsyncResource.bind(go)));
    this.stops.at('await behind a pool', visit);
    await delay(1);
    pool.giveBack();
    await new Promise<void>((go) =>
      pool.take(AsyncResource.bind(() => go(this.stops.at('bound pool callback', visit)))),
    );
    await delay(1);
    pool.giveBack();
    return this.stops.lastWords(visit);
  }

  @Get('events')
  async events(@CurrentVisit() visit: Visit): Promise<string> {
    const own = new EventEmitter().on('event', () => this.stops.at('own emitter', visit));
    own.emit('event');
    setImmediate(() => own.emit('event'));
    await once(own, 'event');
    this.stops.at('await once', visit);
    const received = new Promise<void>((go) =>
      this.shared.bus.once(
        'wake',
        AsyncResource.bind(() => go(this.stops.at('bound listener', visit))),
      ),
    );
    setImmediate(() => this.shared.bus.emit('wake'));
    await received;
    this.stops.at('await behind an emitter', visit);
    return this.stops.lastWords(visit);
  }

  @Get('generators')
  async generators(@CurrentVisit() visit: Visit): Promise<string> {
    const seen: number[] = [];
    for (const step of this.#steps(visit)) {
      this.stops.at('generator consumer', visit);
      seen.push(step);
    }
    for await (const step of this.#asyncSteps(visit)) {
      this.stops.at('async generator consumer', visit);
      seen.push(step);
    }
    return `${seen.join()} ${this.stops.lastWords(visit)}`;
  }

  @Get('queues')
  async queues(@CurrentVisit() visit: Visit): Promise<string> {
    const task = AsyncResource.bind(async () => {
      this.stops.at('bound task', visit);
      await delay(1);
      this.stops.at('bound task', visit);
    });
    await this.shared.queue.add(task);
    this.stops.at('await behind a queue', visit);
    const loader = new DataLoader<number, number>(async (keys) => {
      this.stops.at('loader of the request', visit);
      return keys;
    });
    await Promise.all([loader.load(1), loader.load(2)]);
    this.stops.at('await behind a loader', visit);
    return this.stops.lastWords(visit);
  }

  @Get('observable')
  observable(@CurrentVisit() visit: Visit): Observable<string> {
    return from([1, 2, 3]).pipe(
      concatMap((each) => timer(each % 2)),
      tap(() => this.stops.at('observable', visit)),
      toArray(),
      map(() => this.stops.lastWords(visit)),
    );
  }

  @Post('body')
  async body(@CurrentVisit() visit: Visit, @Body() body: { filler: string }): Promise<string> {
    this.stops.at('parsed body', visit);
    await delay(body.filler.length % 3);
    this.stops.at('parsed body', visit);
    return this.stops.lastWords(visit);
  }

  *#steps(visit: Visit): Generator<number> {
    for (let step = 0; step < 3; step += 1) {
      this.stops.at('generator', visit);
      yield step;
    }
  }

  async *#asyncSteps(visit: Visit): AsyncGenerator<number> {
    for (const step of this.#steps(visit)) {
      await delay(step % 2);
      this.stops.at('async generator', visit);
      yield step;
    }
  }
}
