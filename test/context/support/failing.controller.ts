import { setTimeout as delay } from 'node:timers/promises';
import { Catch, Controller, Get, UseFilters } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { map, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { Stops } from './stops.js';
import { CurrentVisit, visitOf } from './visit.js';
import type { Visit } from './visit.js';

/** The failure of the failing routes. */
class Teapot extends Error {}

/** Answers {@link Teapot}s in the name of whom the filter works for. */
@Catch(Teapot)
class TeapotFilter implements ExceptionFilter<Teapot> {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly stops: Stops,
  ) {}

  catch(_error: Teapot, host: ArgumentsHost): void {
    const visit = visitOf(host.switchToHttp().getRequest<object>());
    this.stops.at('exception filter', visit);
    this.adapterHost.httpAdapter.reply(host.switchToHttp().getResponse(), this.stops.lastWords(visit), 418);
  }
}

/** Handlers that fail in every way. */
@Controller('t/:domain/failing')
@UseFilters(TeapotFilter)
export class FailingController {
  constructor(private readonly stops: Stops) {}

  @Get('throws')
  throws(@CurrentVisit() visit: Visit): void {
    this.stops.at('before a throw', visit);
    throw new Teapot();
  }

  @Get('rejects')
  async rejects(@CurrentVisit() visit: Visit): Promise<void> {
    try {
      await delay(1).then(() => Promise.reject(new Teapot()));
    } finally {
      this.stops.at('finally', visit);
    }
  }

  @Get('errs')
  errs(@CurrentVisit() visit: Visit): Observable<void> {
    return timer(1).pipe(
      map(() => {
        this.stops.at('before an error', visit);
        throw new Teapot();
      }),
    );
  }
}
