import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { ClsServiceManager } from 'nestjs-cls';
import type { ClsStore } from 'nestjs-cls';
import type { EndsWithResponse } from './http-response-end.js';
import { isStillPrepared, keepPreparedInContext, prepareResponses } from './prepared-responses.js';

describe('responses that share a prepared prototype', () => {
  const cls = ClsServiceManager.getClsService();
  const storeOf = (name: string): ClsStore => ({ name }) as ClsStore;
  let prototype: ServerResponse;
  let socket: Socket;
  beforeEach(() => {
    prototype = Object.create(ServerResponse.prototype) as ServerResponse;
    prepareResponses(prototype);
    socket = new Socket();
  });

  const requested = (): { request: IncomingMessage; response: ServerResponse } => {
    const request = new IncomingMessage(socket);
    request.httpVersionMajor = 1;
    const response = new ServerResponse(request);
    Object.setPrototypeOf(response, prototype);
    return { request, response };
  };
  type Lasting = EndsWithResponse & { readonly ended: () => number };
  const lastingAs = (response: ServerResponse): Lasting => {
    let ended = 0;
    return { response, end: () => (ended += 1), ended: () => ended };
  };
  const keep = ({ request, response }: ReturnType<typeof requested>, name: string): boolean =>
    keepPreparedInContext(request, lastingAs(response), storeOf(name));
  /** One that has the socket, in a context of that name, with what ends with it. */
  const served = (name: string): ReturnType<typeof requested> & { readonly lasting: Lasting } => {
    const it = requested();
    it.response.assignSocket(socket);
    const lasting = lastingAs(it.response);
    expect(keepPreparedInContext(it.request, lasting, storeOf(name))).toBe(true);
    return { ...it, lasting };
  };
  const recorded = (response: ServerResponse): unknown[] => {
    const names: unknown[] = [];
    response.on('custom', (...args: unknown[]) => names.push([cls.get('name'), ...args]));
    return names;
  };

  it('emit their events in their own context, whatever context triggers them', () => {
    const { response } = served('foo');
    const names = recorded(response);
    expect(response.emit('custom', 1, 2)).toBe(true);
    cls.runWith(storeOf('bar'), () => response.emit('custom'));
    expect(names).toEqual([['foo', 1, 2], ['foo']]);
    expect(response.emit('other')).toBe(false);
  });

  it('are left unchanged: adding a property to each is expensive', () => {
    const { response } = requested();
    response.assignSocket(socket);
    const before = Reflect.ownKeys(response);
    keep({ request: new IncomingMessage(socket), response }, 'foo');
    expect(Reflect.ownKeys(response)).toEqual(before);
  });

  it('emit them in the last context when asked again, once, however often the prototype was prepared', () => {
    prepareResponses(prototype);
    const { request, response } = served('outer');
    keep({ request, response }, 'inner');
    const names = recorded(response);
    response.emit('custom');
    expect(names).toEqual([['inner']]);
  });

  it('keep their own context while one waits behind them, which keeps its own', () => {
    const front = served('foo');
    const behind = requested();
    keep(behind, 'bar');
    const [inFront, inBehind] = [recorded(front.response), recorded(behind.response)];
    cls.runWith(storeOf('bar'), () => front.response.emit('custom'));
    cls.runWith(storeOf('foo'), () => behind.response.emit('custom'));
    expect([inFront, inBehind]).toEqual([[['foo']], [['bar']]]);
  });

  it('keep their own context while one waits behind them, though another application has taken them over', () => {
    const front = served('foo');
    Object.setPrototypeOf(front.response, Object.create(ServerResponse.prototype) as ServerResponse);
    const behind = requested();
    keep(behind, 'bar');
    const names = recorded(front.response);
    cls.runWith(storeOf('bar'), () => front.response.emit('custom'));
    expect(names).toEqual([['foo']]);
  });

  it('never emit theirs in the context of the next on their socket', () => {
    const first = served('foo');
    first.response.detachSocket(socket);
    const names = recorded(first.response);
    served('bar');
    first.response.emit('custom');
    expect(names).toEqual([[undefined]]);
  });

  it('call an `emit` that the prototype had before', () => {
    const own = Object.create(ServerResponse.prototype) as ServerResponse;
    const emit = jest.fn<boolean, [string]>(() => true);
    own.emit = emit;
    prepareResponses(own);
    const { request, response } = requested();
    Object.setPrototypeOf(response, own);
    response.assignSocket(socket);
    keep({ request, response }, 'foo');
    response.emit('custom');
    expect(emit).toHaveBeenLastCalledWith('custom');
  });

  it('may have no request, as in tests of others', () => {
    const withoutRequest = Object.create(prototype) as ServerResponse;
    const names = recorded(withoutRequest);
    withoutRequest.emit('custom');
    expect(names).toEqual([[undefined]]);
  });

  describe('end what lasts as long', () => {
    it('when they close, once, before their listeners', () => {
      const one = served('foo');
      const { ended } = one.lasting;
      const seen: number[] = [];
      one.response.on('close', () => seen.push(ended()));
      one.response.emit('close');
      one.response.emit('close');
      expect([seen, ended()]).toEqual([[1, 1], 1]);
    });

    it('when they close, though a listener throws', () => {
      const one = served('foo');
      const { ended } = one.lasting;
      one.response.on('close', () => {
        throw new Error('thrown');
      });
      expect(() => one.response.emit('close')).toThrow('thrown');
      expect(ended()).toBe(1);
    });

    it('when the next has the socket, though no close event was received', () => {
      const first = served('foo');
      const { ended } = first.lasting;
      first.response.detachSocket(socket);
      served('bar');
      expect(ended()).toBe(1);
    });

    it('when the socket closes, though no close event was received', () => {
      const one = served('foo');
      const { ended } = one.lasting;
      one.response.detachSocket(socket);
      socket.emit('close', false);
      expect(ended()).toBe(1);
    });

    it('but not a second thing, and not while they wait for the socket: the caller has to see to it', () => {
      const front = served('foo');
      expect(keep(front, 'inner')).toBe(false);
      expect(keep(requested(), 'bar')).toBe(false);
    });

    it('unless another application gives them a prototype of its own, which can be seen', () => {
      const { response } = served('foo');
      expect(isStillPrepared(response)).toBe(true);
      Object.setPrototypeOf(response, Object.create(ServerResponse.prototype) as ServerResponse);
      expect(isStillPrepared(response)).toBe(false);
    });

    it('also with the prototype of an application that is mounted, which inherits', () => {
      const { response } = served('foo');
      const mounted = Object.create(prototype) as ServerResponse;
      prepareResponses(mounted);
      Object.setPrototypeOf(response, mounted);
      expect(Object.keys(mounted)).toEqual([]);
      expect(isStillPrepared(response)).toBe(true);
    });
  });

  it('are kept the ordinary way on a socket of which Node notes no response, as HTTP/2 has', () => {
    const { request, response } = requested();
    const other = requested();
    expect([keep({ request, response }, 'foo'), keep(other, 'bar')]).toEqual([false, false]);
    const names = [recorded(response), recorded(other.response)];
    response.emit('custom');
    other.response.emit('custom');
    expect(names).toEqual([[['foo']], [['bar']]]);
  });
});
