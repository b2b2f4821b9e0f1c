import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { Injectable, Scope, UseGuards } from '@nestjs/common';
import type { CanActivate, Type } from '@nestjs/common';
import {
  getTenantClientToken,
  InTenantScope,
  SuperTenantOnly,
  TenantContext,
  TenantMembershipGuard,
  TenantOptional,
  UseTenantClients,
} from '@tenantry/core';
import { TenantSockets } from '@tenantry/transports/websockets';
import { ModuleRef } from '@nestjs/core';
import { Observable } from 'rxjs';
import { Client, DbService, Journal } from './socket-app.js';

interface Answer {
  readonly event: string;
  readonly data: object;
}

class NoEntry implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

/** A gateway that reaches the client, with a handler for each way in which a handler can end. */
export function workGateway(port = 0, options: object = {}): Type {
  @WebSocketGateway(port, options)
  class WorkGateway {
    constructor(
      private readonly context: TenantContext,
      private readonly service: DbService,
      private readonly journal: Journal,
    ) {}

    handleConnection(): void {
      this.journal.lines.push(`connect ${this.context.tenantOrNull?.id ?? 'no tenant'}`);
    }

    handleDisconnect(): void {
      this.journal.lines.push(`disconnect ${this.context.tenantOrNull?.id ?? 'no tenant'}`);
    }

    @SubscribeMessage('whose')
    async whose(@MessageBody() body: { n: number }): Promise<Answer> {
      const before = this.context.tenant.id;
      const client = await this.service.db.whose();
      return { event: 'whose', data: { n: body.n, before, client, after: this.context.tenant.id } };
    }

    @SubscribeMessage('fail')
    async fail(): Promise<never> {
      await this.service.db.whose();
      throw new Error('The handler broke.');
    }

    @SubscribeMessage('throw')
    throwNow(): never {
      throw new Error('The handler broke at once.');
    }

    @SubscribeMessage('hang')
    async hang(): Promise<never> {
      const { signal } = this.context;
      signal.addEventListener('abort', () => {
        const { code } = signal.reason as { code: string };
        this.journal.lines.push(`aborted ${this.context.tenant.id} ${code}`);
      });
      this.journal.lines.push(`hangs ${await this.service.db.whose()}`);
      return new Promise(() => undefined);
    }

    @SubscribeMessage('count')
    count(@MessageBody() to: number): Observable<Answer> {
      return new Observable((subscriber) => {
        void (async () => {
          for (let n = 0; n < to; n++) {
            subscriber.next({ event: 'count', data: { n, client: await this.service.db.whose() } });
          }
          subscriber.complete();
        })();
      });
    }

    @SubscribeMessage('stream')
    stream(): Observable<Answer> {
      return new Observable((subscriber) => {
        subscriber.next({ event: 'stream', data: { client: this.service.db.whoseNow() } });
        return () => void this.journal.lines.push(`cut ${this.context.tenant.id} ${this.service.db.whoseNow()}`);
      });
    }

    @SubscribeMessage('brokenStream')
    brokenStream(): Observable<Answer> {
      return new Observable((subscriber) => subscriber.error(new Error('The stream broke.')));
    }

    @SubscribeMessage('forbidden')
    @UseGuards(NoEntry)
    forbidden(): void {
      this.journal.lines.push('forbidden was entered');
    }
  }
  return WorkGateway;
}

/** A gateway that Nest creates for each message. */
export function requestScopedGateway(): Type {
  @Injectable({ scope: Scope.REQUEST })
  @WebSocketGateway()
  class RequestScopedGateway {
    constructor(
      private readonly service: DbService,
      private readonly context: TenantContext,
    ) {}

    @SubscribeMessage('whose')
    async whose(): Promise<Answer> {
      return { event: 'whose', data: { id: this.context.tenant.id, client: await this.service.db.whose() } };
    }
  }
  return RequestScopedGateway;
}

/** A gateway that works with its client when a socket opens and closes. */
export function greetingGateway(): Type {
  @WebSocketGateway()
  class GreetingGateway {
    constructor(
      private readonly service: DbService,
      private readonly journal: Journal,
    ) {}

    handleConnection(): void {
      this.note('hello').catch(() => undefined);
    }

    handleDisconnect(): void {
      this.note('goodbye').catch(() => undefined);
    }

    @InTenantScope({ clients: ['db'] })
    async note(word: string): Promise<void> {
      this.journal.lines.push(`${word} ${await this.service.db.whose()}`);
    }
  }
  return GreetingGateway;
}

/** A gateway that reaches no client by injection, on the same server as others. */
export function plainGateway(port = 0, options: object = {}): Type {
  @WebSocketGateway(port, options)
  class PlainGateway {
    constructor(
      private readonly context: TenantContext,
      private readonly sockets: TenantSockets,
      private readonly journal: Journal,
      private readonly moduleRef: ModuleRef,
    ) {}

    handleConnection(): void {
      this.journal.lines.push(`plain connect ${this.context.tenantOrNull?.id ?? 'no tenant'}`);
    }

    handleDisconnect(): void {
      this.journal.lines.push(`plain disconnect ${this.context.tenantOrNull?.id ?? 'no tenant'}`);
    }

    @SubscribeMessage('tenant')
    @UseTenantClients()
    tenant(): Answer {
      return { event: 'tenant', data: { id: this.context.tenant.id } };
    }

    @SubscribeMessage('acknowledged')
    acknowledged(): object {
      return { id: this.context.tenant.id };
    }

    @SubscribeMessage('optional')
    @TenantOptional()
    optional(): Answer {
      return { event: 'optional', data: { id: this.context.tenantOrNull?.id ?? null } };
    }

    @SubscribeMessage('super')
    @SuperTenantOnly()
    super(): Answer {
      return { event: 'super', data: { id: this.context.tenant.id } };
    }

    @SubscribeMessage('declared')
    @UseTenantClients('db')
    async declared(): Promise<Answer> {
      const db = this.moduleRef.get<Client>(getTenantClientToken('db'), { strict: false });
      return { event: 'declared', data: { client: await db.whose() } };
    }

    @SubscribeMessage('undeclared')
    @UseTenantClients()
    async undeclared(): Promise<Answer> {
      const db = this.moduleRef.get<Client>(getTenantClientToken('db'), { strict: false });
      return { event: 'undeclared', data: { client: await db.whose() } };
    }

    @SubscribeMessage('signIn')
    @TenantOptional()
    signIn(
      @ConnectedSocket() client: { user?: unknown; data?: { user?: unknown } },
      @MessageBody() user: string,
    ): Answer {
      if (client.data === undefined) client.user = user;
      else client.data.user = user;
      return { event: 'signIn', data: {} };
    }

    @SubscribeMessage('members')
    @UseGuards(TenantMembershipGuard)
    members(): Answer {
      return { event: 'members', data: { id: this.context.tenant.id } };
    }

    @SubscribeMessage('announce')
    announce(@MessageBody() text: string): void {
      this.sockets.current.emit('news', { text });
    }
  }
  return PlainGateway;
}
