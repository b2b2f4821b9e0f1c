import { UnhandledExceptionBus } from '@nestjs/cqrs';
import { ADAPTERS, call } from '../../support/http.js';
import { until } from '../../support/until.js';
import { leasesOf } from '../tenant-fixture.js';
import { Placed, startOrdersApp } from './orders-app.js';
import type { Meeting, OrdersApp } from './orders-app.js';

describe.each(ADAPTERS)('@nestjs/cqrs in requests on %s', (adapter) => {
  let orders: OrdersApp;
  beforeEach(async () => void (orders = await startOrdersApp(adapter)));
  afterEach(() => orders.app.close());

  async function metBehind(handler: string, meetings: number): Promise<readonly Meeting[]> {
    const { backstage } = orders;
    const own = (): Meeting[] => backstage.meetings.filter((meeting) => meeting.handler === handler);
    await until(() => own().length === meetings);
    return own();
  }

  it.each(['command', 'query'])('runs %s handlers in the scope of their caller', async (kind) => {
    const tenants = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'foo' : 'bar'));
    const answers = await Promise.all(tenants.map((id) => call(orders.app, `/t/${id}.com/${kind}`)));
    expect(answers.map(({ text }) => text)).toEqual(tenants);
    await until(() => leasesOf(orders.app) === 0);
  });

  it('gives a command handler no client that the route has not declared: a bus does not show its handlers', async () => {
    expect((await call(orders.app, '/t/foo.com/undeclared')).json).toMatchObject({ code: 'MT_CLIENT_NOT_ACQUIRED' });
  });

  it('lets an event handler with a scope of its own continue after the response, with its own lease', async () => {
    const { app, backstage } = orders;
    expect((await call(app, '/t/foo.com/publish/placed')).text).toBe('foo');
    await until(() => leasesOf(app) === 2); // the event handler's and the saga's
    expect(backstage.meetings).toEqual([]);
    backstage.door.open();
    expect(await metBehind('own scope', 1)).toMatchObject([{ tenant: 'foo', client: 'foo' }]);
    await until(() => leasesOf(app) === 0);
  });

  it('refuses the client of a request that is over to an event handler without one', async () => {
    const { app, backstage } = orders;
    await call(app, '/t/foo.com/publish/placed');
    await until(() => leasesOf(app) === 2);
    backstage.door.open();
    expect(await metBehind('caller’s scope', 1)).toMatchObject([{ tenant: 'foo', client: 'MT_CLIENT_NOT_ACQUIRED' }]);
  });

  it('keeps interleaved event handlers and sagas of two tenants apart', async () => {
    const { app, backstage } = orders;
    const tenants = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'foo' : 'bar'));
    await Promise.all(tenants.map((id) => call(app, `/t/${id}.com/publish/placed`)));
    backstage.door.open();
    for (const handler of ['own scope', 'saga']) {
      for (const { expected, tenant, client } of await metBehind(handler, 40))
        expect([tenant, client]).toEqual([expected, expected]);
    }
    await until(() => leasesOf(app) === 0);
  });

  it('runs what a saga has gathered from several tenants for each, where its command names them', async () => {
    const { app } = orders;
    await call(app, '/t/foo.com/publish/counted');
    await call(app, '/t/bar.com/publish/counted');
    expect(await metBehind('gathering saga', 2)).toEqual(
      ['foo', 'bar'].map((id) => ({ handler: 'gathering saga', expected: id, tenant: id, client: id })),
    );
  });

  it('refuses a scope of their own to event handlers when the event is published outside of any tenant', async () => {
    const { app, events, backstage } = orders;
    const unhandled: unknown[] = [];
    app.get(UnhandledExceptionBus).subscribe(({ exception }) => unhandled.push(exception));
    events.publish(new Placed('foo'));
    await until(() => unhandled.length === 2);
    expect(unhandled.map((error) => (error as { code?: string }).code)).toEqual([
      'MT_CONTEXT_MISSING',
      'MT_CONTEXT_MISSING',
    ]);
    expect(backstage.meetings.filter(({ handler }) => handler === 'own scope')).toEqual([]);
  });
});
