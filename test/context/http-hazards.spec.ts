import { AsyncResource } from 'node:async_hooks';
import { Agent } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { ADAPTERS, call, portOf } from '../support/http.js';
import { until } from '../support/until.js';
import { startActionsApp } from './support/actions-app.js';
import type { Action, ActionsApp } from './support/actions-app.js';
import { Signal } from './support/signal.js';

const PAGE = 'x'.repeat(20_000);
/** More than the buffers of two sockets hold. */
const MANY = 1_000;

describe.each(ADAPTERS)('on %s the tenant', (adapter) => {
  let world: ActionsApp;
  beforeEach(async () => void (world = await startActionsApp(adapter)));
  afterEach(() => world.app.close());

  const get = (tenantId: string, action: string, agent?: Agent): ReturnType<typeof call> =>
    call(world.app, `/t/${tenantId}.com/${action}`, agent ? { agent } : {});

  it('never passes to the next request of a keep-alive socket', async () => {
    const { actions, probe, app } = world;
    const entries: string[] = [];
    (app.getHttpServer() as NodeJS.EventEmitter).prependListener('request', () => entries.push(probe.who()));
    actions.set('who', (request) => ({ who: probe.who(), port: request.socket.remotePort }));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const met: { who: string; port: number }[] = [];
    for (const path of ['/t/foo.com/do/who', '/open/who', '/t/bar.com/do/who', '/open/who']) {
      met.push((await call(app, path, { agent })).json as { who: string; port: number });
    }
    agent.destroy();
    expect(met.map(({ who }) => who)).toEqual(['foo', 'MT_TENANT_REQUIRED', 'bar', 'MT_TENANT_REQUIRED']);
    expect(new Set(met.map(({ port }) => port)).size).toBe(1);
    expect(entries).toEqual(Array.from({ length: 4 }, () => 'MT_CONTEXT_MISSING'));
  });

  it('is right in `finish` and `close` listeners that are bound, and never another’s without', async () => {
    const { actions, probe } = world;
    const met: Record<string, string> = {};
    actions.set('listen', (_request, response) => {
      for (const event of ['finish', 'close']) {
        response.on(event, () => void (met[event] = probe.who()));
        response.on(
          event,
          AsyncResource.bind(() => void (met[`bound ${event}`] = probe.who())),
        );
      }
      return {};
    });
    await get('foo', 'do/listen');
    await until(() => Object.keys(met).length === 4);
    expect(met).toMatchObject({ 'bound finish': 'foo', 'bound close': 'foo' });
    expect(['foo', 'MT_CONTEXT_MISSING']).toEqual(expect.arrayContaining(Object.values(met)));
  });

  it('is right in exception filters, whether a handler throws, rejects or a guard refuses', async () => {
    const { actions } = world;
    actions.set('throw', () => {
      throw new Error('thrown');
    });
    actions.set('reject', async () => Promise.reject(new Error('rejected')));
    for (const action of ['filtered/throw', 'filtered/reject', 'forbidden']) {
      expect(await get('foo', action)).toMatchObject({ status: 418, json: { filter: 'foo' } });
    }
  });

  it('is right in interceptors, before and behind the handler', async () => {
    const { actions, probe } = world;
    actions.set('who', () => probe.who());
    const met = await Promise.all(['foo', 'bar'].map((id) => get(id, 'intercepted/who')));
    expect(met.map(({ json }) => json)).toEqual(
      ['foo', 'bar'].map((id) => ({ before: id, client: id, handler: id, after: id })),
    );
  });

  it('of a timer that outlives its request stays, but its client is gone', async () => {
    const { actions, probe } = world;
    const over = new Signal();
    let late: Promise<unknown> = Promise.resolve();
    actions.set('start', (_request, response) => {
      late = new Promise<void>((go) => response.on('close', () => setImmediate(go))).then(async () => {
        over.give();
        return [probe.who(), await probe.whose()];
      });
      return {};
    });
    await get('foo', 'do/start');
    await over.given;
    expect(await late).toEqual(['foo', 'MT_CLIENT_NOT_ACQUIRED']);
  });

  it('of a body that arrives late is right where it is iterated or bound, and never another’s without', async () => {
    const { actions, probe, app } = world;
    const reading = new Signal();
    actions.set('read', async (request) => {
      const end = (go: (who: string) => void): (() => void) => AsyncResource.bind(() => go(probe.who()));
      const plain = new Promise((go) => request.once('end', () => go(probe.who())));
      const bound = new Promise((go) => request.once('end', end(go)));
      reading.give();
      const iterated: string[] = [];
      for await (const chunk of request) iterated.push(`${String(chunk)} ${probe.who()}`);
      return { plain: await plain, bound: await bound, iterated };
    });
    const socket = connect(portOf(app), '127.0.0.1');
    socket.write('GET /t/foo.com/do/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\na');
    await reading.given;
    socket.write('b');
    const answer = await untilRead(socket, '}');
    expect(answer).toMatch(/"plain":"(foo|MT_CONTEXT_MISSING)","bound":"foo","iterated":\["a foo","b foo"\]/);
  });

  describe('of a response that shares its socket with others', () => {
    /** A page whenever the reader has capacity, each in the name of the tenant that it is made for. */
    async function* pages(name: () => Promise<string>, count: number): AsyncGenerator<string> {
      for (let page = 0; page < count; page += 1) yield `<${await name()}>${PAGE}`;
      yield 'the end\n';
    }

    const namesIn = (text: string): string[] => [...new Set(text.match(/<\w+>/g))];
    const pipeline = (first: string, second: string): Promise<string> => {
      const socket = connect(portOf(world.app), '127.0.0.1');
      socket.write([first, second].map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
      return untilRead(socket, 'the end');
    };
    /** Whether the second response has written all that it can before it gets the socket. */
    let isFull = (): boolean => false;
    const download =
      (name: () => Promise<string>, count = 8): Action =>
      (_request, response) => {
        const stream = Readable.from(pages(name, count), { objectMode: false });
        isFull = () => response.writableNeedDrain && stream.readableLength > 0;
        return new StreamableFile(stream);
      };

    beforeEach(() => {
      const { actions, probe } = world;
      isFull = () => false;
      const secondIsFull = (): Promise<void> => until(() => isFull());
      actions.set('front', secondIsFull);
      actions.set('before the guard refuses', secondIsFull);
      actions.set(
        'tenant',
        download(async () => probe.who()),
      );
      actions.set('client', download(probe.whose));
    });

    it('is its own while it streams behind another', async () => {
      expect(namesIn(await pipeline('/t/foo.com/do/front', '/t/bar.com/do/tenant'))).toEqual(['<bar>']);
    });

    it('is its own while it streams from its client', async () => {
      expect(namesIn(await pipeline('/t/foo.com/do/front', '/t/bar.com/do/client'))).toEqual(['<bar>']);
    });

    it('is not that of a request that a guard refused', async () => {
      expect(namesIn(await pipeline('/t/foo.com/forbidden', '/t/bar.com/do/tenant'))).toEqual(['<bar>']);
    });

    it('is its own while it streams before another', async () => {
      const { actions, probe, app } = world;
      const who = download(async () => probe.who(), MANY);
      actions.set('long', (request, response) => {
        const file = who(request, response);
        const wroteAll = isFull;
        isFull = () => wroteAll() && (response.socket?.writableLength ?? 0) > 0;
        return file;
      });
      const socket = connect(portOf(app), '127.0.0.1');
      socket.write('GET /t/bar.com/do/long HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await until(() => isFull());
      const behind = new Signal();
      actions.set('behind', (_request, response) => {
        setImmediate(() => setImmediate(behind.give));
        return { filler: PAGE, waits: response.socket === null };
      });
      socket.write('GET /t/foo.com/do/behind HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await behind.given;
      const text = await untilRead(socket, '"waits":true');
      expect(namesIn(text)).toEqual(['<bar>']);
    });

    it('is its own in its listeners and in the callbacks of what it writes', async () => {
      const { actions, probe } = world;
      const met: Record<string, string> = {};
      actions.set('listen', (_request, response: ServerResponse) => {
        response.on('finish', () => void (met['finish'] = probe.who()));
        response.on('close', () => void (met['close'] = probe.who()));
        response.writeHead(200, { 'content-length': PAGE.length + 8 });
        response.write(PAGE, () => void (met['write'] = probe.who()));
        response.end('the end.', () => void (met['end'] = probe.who()));
        isFull = () => true;
      });
      await pipeline('/t/foo.com/do/front', '/t/bar.com/do/listen');
      await until(() => Object.keys(met).length === 4);
      expect(Object.entries(met).filter(([, who]) => who !== 'bar')).toEqual([]);
    });
  });
});

/** Reads until some words have come, and leaves. */
async function untilRead(socket: Socket, words: string): Promise<string> {
  const texts: string[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    texts.push(chunk.toString('latin1'));
    if (texts.slice(-2).join('').includes(words)) break;
  }
  return texts.join('');
}
