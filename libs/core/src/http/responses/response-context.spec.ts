import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { ClsServiceManager } from 'nestjs-cls';
import type { ClsStore } from 'nestjs-cls';
import { keepResponseInContext } from './response-context.js';

describe('keepResponseInContext', () => {
  const cls = ClsServiceManager.getClsService();
  const storeOf = (name: string): ClsStore => ({ name }) as ClsStore;
  const responseIn = (name: string): ServerResponse => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    keepResponseInContext(response, storeOf(name));
    return response;
  };
  const recorded = (response: ServerResponse): unknown[] => {
    const names: unknown[] = [];
    response.on('custom', (...args: unknown[]) => names.push([cls.get('name'), ...args]));
    return names;
  };

  it('has a response emit its events in its own context, whatever context triggers them', () => {
    const response = responseIn('foo');
    const names = recorded(response);
    expect(response.emit('custom', 1, 2)).toBe(true);
    cls.runWith(storeOf('bar'), () => response.emit('custom'));
    expect(names).toEqual([['foo', 1, 2], ['foo']]);
    expect(response.emit('other')).toBe(false);
  });

  it('asked again keeps the last context and emits each event once', () => {
    const response = responseIn('outer');
    keepResponseInContext(response, storeOf('inner'));
    const names = recorded(response);
    response.emit('custom');
    expect(names).toEqual([['inner']]);
  });

  it('keeps an emit that another library has put over it, and asked again emits each event once', () => {
    const response = responseIn('outer');
    const emit = jest.spyOn(response, 'emit');
    keepResponseInContext(response, storeOf('inner'));
    const names = recorded(response);
    response.emit('custom');
    expect(names).toEqual([['inner']]);
    expect(emit).toHaveBeenCalledTimes(1);
  });

  it('calls an emit that another library has put there before', () => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    const emit = jest.spyOn(response, 'emit');
    keepResponseInContext(response, storeOf('foo'));
    response.emit('custom');
    expect(emit).toHaveBeenCalledWith('custom');
    expect(emit.mock.contexts[0]).toBe(response);
  });

  it('gives a response no closure of its own, so that responses are collected early', () => {
    const [one, other] = [responseIn('foo'), responseIn('bar')];
    expect(one.emit).toBe(other.emit);
    expect(one.assignSocket).toBe(other.assignSocket);
  });
});
