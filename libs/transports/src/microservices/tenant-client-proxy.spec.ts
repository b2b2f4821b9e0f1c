import { AsyncLocalStorage } from 'node:async_hooks';
import { MqttRecordBuilder, NatsRecordBuilder, RmqRecordBuilder } from '@nestjs/microservices';
import type { TenantMessages } from '@tenantry/core';
import { firstValueFrom, Observable } from 'rxjs';
import { tenantClient } from './tenant-client-proxy.js';
import type { MessageClient } from './tenant-client-proxy.js';

const context = new AsyncLocalStorage<string>();

/** A client that notes what it is given, and in whose context it sends. */
class NotingClient implements MessageClient {
  readonly sent: unknown[] = [];
  readonly contexts: unknown[] = [];

  send<R, T>(_pattern: unknown, data: T): Observable<R> {
    return new Observable<R>((subscriber) => {
      this.sent.push(data);
      this.contexts.push(context.getStore());
      setImmediate(() => {
        subscriber.next('a reply' as R);
        subscriber.complete();
      });
    });
  }

  emit<R, T>(pattern: unknown, data: T): Observable<R> {
    const source = this.send<R, T>(pattern, data);
    source.subscribe();
    return source;
  }
}

const messages = {
  seal: (purpose: string, data: unknown) => ({ $tenant: { purpose, of: context.getStore() }, data }),
} as unknown as TenantMessages;

describe('TenantClientProxy', () => {
  it('opens connections outside of every context, and replies in that of the call', async () => {
    const client = new NotingClient();
    const proxy = context.run('start', () => tenantClient(client, messages));
    const seen: unknown[] = [];
    await context.run('call', async () => {
      const reply = proxy.send('p', 1);
      await context.run('subscription', async () => {
        await new Promise<void>((resolve) =>
          reply.subscribe({ next: () => seen.push(context.getStore()), complete: resolve }),
        );
      });
    });
    expect(client.contexts).toEqual([undefined]);
    expect(seen).toEqual(['call']);
  });

  it('emits at once, outside of every context', async () => {
    const client = new NotingClient();
    const proxy = context.run('start', () => tenantClient(client, messages));
    context.run('call', () => proxy.emit('p', 1));
    expect(client.contexts).toEqual([undefined]);
    expect(client.sent).toEqual([{ $tenant: { purpose: 'p', of: 'call' }, data: 1 }]);
  });

  it.each([
    ['RmqRecord', new RmqRecordBuilder({ n: 1 }).setOptions({ priority: 3 }).build(), { options: { priority: 3 } }],
    ['NatsRecord', new NatsRecordBuilder({ n: 1 }).setHeaders('headers').build(), { headers: 'headers' }],
    ['MqttRecord', new MqttRecordBuilder({ n: 1 }).setQoS(1).build(), { options: { qos: 1 } }],
  ])('seals the data of a %s and leaves the record as it was', async (_name, record, rest) => {
    const client = new NotingClient();
    await firstValueFrom(tenantClient(client, messages).send('p', record));
    const [sent] = client.sent as [object];
    expect(Object.getPrototypeOf(sent)).toBe(Object.getPrototypeOf(record));
    expect({ ...sent }).toEqual({ ...rest, data: { $tenant: { purpose: 'p' }, data: { n: 1 } } });
    expect(record.data).toEqual({ n: 1 });
  });

  it('seals data of the application that only looks like a record whole', async () => {
    const client = new NotingClient();
    await firstValueFrom(tenantClient(client, messages).send('p', { data: 1, options: {} }));
    expect(client.sent).toEqual([{ $tenant: { purpose: 'p' }, data: { data: 1, options: {} } }]);
  });
});
