import {
  Controller,
  Get,
  Headers,
  Module,
  NotFoundException,
  Param,
  Post,
  UnauthorizedException,
} from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import type { IncomingMessage } from 'node:http';

/** Notes that are there from the start under small numbers, a session that can be ended, and every request that came. */
export interface NotesApp {
  readonly app: INestApplication;
  readonly requests: readonly string[];
}

/** @param readsForeign whether a note is found by its number alone */
export async function startNotesApp({ readsForeign = false } = {}): Promise<NotesApp> {
  const requests: string[] = [];
  const ended = new Set<string>();
  const notes = new Map([
    ['1', { of: 'foo', text: 'the only note of foo' }],
    ['2', { of: 'bar', text: 'the only note of bar' }],
  ]);

  @Controller()
  class NotesController {
    @Get('notes/:number')
    note(@Param('number') number: string, @Headers('authorization') user?: string): object {
      requests.push(`GET /notes/${number}`);
      if (user === undefined || ended.has(user)) throw new UnauthorizedException();
      const note = notes.get(number);
      if (note === undefined || (note.of !== user && !readsForeign)) throw new NotFoundException();
      return { number, text: note.text };
    }

    @Get('mine')
    mine(@Headers('authorization') user?: string): object {
      requests.push('GET /mine');
      if (user === undefined || ended.has(user)) throw new UnauthorizedException();
      return { user };
    }

    @Post('log-out')
    logOut(@Headers('authorization') user = ''): object {
      requests.push('POST /log-out');
      ended.add(user);
      return { ended: true };
    }
  }
  @Module({ controllers: [NotesController] })
  class NotesModule {}
  const module = await Test.createTestingModule({ imports: [NotesModule] }).compile();
  const app = module.createNestApplication(new ExpressAdapter(), { logger: false });
  app.use(takeOffPrefix);
  await app.listen(0, '127.0.0.1');
  return { app, requests };
}

/** Stands for a proxy: `/at/foo/mine` is the `/mine` of foo. */
function takeOffPrefix(request: IncomingMessage, _response: unknown, next: () => void): void {
  const [, tenant, path] = /^\/at\/(\w+)(\/.*)$/.exec(request.url ?? '') ?? [];
  if (tenant !== undefined) request.headers.authorization = tenant;
  if (path !== undefined) request.url = path;
  next();
}
