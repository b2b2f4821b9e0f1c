import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ProblemException } from '../http/problem.exception.js';
import { SchemaPipe } from '../http/schema.pipe.js';
import { BearerGuard } from '../oauth/bearer.guard.js';
import { Account } from './account.decorator.js';
import { newServerSchema, serverListSchema } from './server-input.js';
import type { NewServer, ServerListQuery } from './server-input.js';
import { ServerStore } from './server-store.js';
import type { Server, ServerPage } from './server.js';

/** The servers of the account whose token the request carries. Another account's server is a missing one. */
@Controller('v1/servers')
@UseGuards(BearerGuard)
export class ServersController {
  readonly #store: ServerStore;

  constructor(store: ServerStore) {
    this.#store = store;
  }

  /** Lists one page, oldest first. */
  @Get()
  list(@Account() account: string, @Query(new SchemaPipe(serverListSchema)) query: ServerListQuery): ServerPage {
    return this.#store.list(account, query);
  }

  /** Creates a server; 409 when the account is full. */
  @Post()
  create(@Account() account: string, @Body(new SchemaPipe(newServerSchema)) input: NewServer): Server {
    const server = this.#store.add(account, input);
    if (server) return server;
    throw new ProblemException(409, 'limit_reached', 'The account has 1,000 servers. Delete one first.');
  }

  /** Finds one server. */
  @Get(':id')
  get(@Account() account: string, @Param('id') id: string): Server {
    const server = this.#store.find(account, id);
    if (server) return server;
    throw serverNotFound();
  }

  /** Deletes one server. */
  @Delete(':id')
  @HttpCode(204)
  delete(@Account() account: string, @Param('id') id: string): void {
    if (!this.#store.delete(account, id)) throw serverNotFound();
  }
}

function serverNotFound(): ProblemException {
  return new ProblemException(404, 'server_not_found', 'There is no such server.');
}
